package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.EntryId;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Which terms a log has, as its trace tells it. Simple, and nothing of it is shared with the log of the core. */
final class ReplayedLog {

  private EntryId base = EntryId.NONE;
  private final TreeMap<Long, Long> termByFirstIndex = new TreeMap<>();
  private long lastIndex;

  void start(EntryId newBase, List<EntryId> termStarts, EntryId last) {
    base = newBase;
    lastIndex = last.index();
    EntryId before = newBase;
    for (EntryId start : termStarts) {
      check(
          start.index() > before.index() && start.term() >= before.term(),
          () -> "terms start at " + termStarts);
      termByFirstIndex.put(start.index(), start.term());
      before = start;
    }
    EntryId lastStart = before;
    check(
        last().equals(last),
        () -> "the log ends at " + last + ", its last term started at " + lastStart);
  }

  EntryId last() {
    return lastIndex <= base.index() || termByFirstIndex.isEmpty()
        ? base
        : new EntryId(termByFirstIndex.floorEntry(lastIndex).getValue(), lastIndex);
  }

  void append(long term, long firstIndex, long newLastIndex) {
    EntryId end = last();
    check(
        firstIndex == end.index() + 1 && newLastIndex >= firstIndex && term >= end.term(),
        () -> "entries " + firstIndex + ".." + newLastIndex + " of term " + term + " don't follow "
            + end);
    if (term > end.term() || termByFirstIndex.isEmpty()) {
      termByFirstIndex.put(firstIndex, term);
    }
    lastIndex = newLastIndex;
  }

  void truncateFrom(long index) {
    check(
        index > base.index() && index <= lastIndex,
        () -> "nothing to remove at " + index + ", the log ends at " + lastIndex);
    termByFirstIndex.tailMap(index, true).clear();
    lastIndex = index - 1;
  }

  EntryId base() {
    return base;
  }

  void compactTo(EntryId newBase) {
    check(
        newBase.index() > base.index()
            && newBase.index() <= lastIndex
            && termByFirstIndex.floorEntry(newBase.index()).getValue() == newBase.term(),
        () -> "the log between " + base + " and " + last() + " has no entry at " + newBase);
    EntryId end = last();
    if (lastIndex > newBase.index()) {
      long next = newBase.index() + 1;
      termByFirstIndex.put(next, termByFirstIndex.floorEntry(next).getValue());
    }
    termByFirstIndex.headMap(newBase.index(), true).clear();
    base = newBase;
    check(last().equals(end), () -> "the log ended at " + end);
  }

  void startAfter(EntryId newBase) {
    termByFirstIndex.clear();
    base = newBase;
    lastIndex = newBase.index();
  }

  /** Nearly always it holds, and then no text is made. */
  private static void check(boolean holds, Supplier<String> message) {
    if (!holds) {
      throw new TraceMismatchException(message.get());
    }
  }
}
