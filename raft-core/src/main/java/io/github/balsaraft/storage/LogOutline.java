package io.github.balsaraft.storage;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import java.util.ArrayList;
import java.util.List;

/**
 * What a store keeps in memory of one group's log: where it starts and ends, where its terms start and where its
 * configurations are. It takes the three steps of a {@link GroupWrite} and refuses those that would leave a hole, so that
 * every store has one understanding of the contract.
 *
 * <p>Its size grows with the number of terms and configurations, not with the number of entries. Not thread-safe.
 */
public final class LogOutline {

  /** The position before the first entry. Invariant: its index never decreases. */
  private EntryId base;

  /** Invariant: at least the base's index, which means that the log is empty. */
  private long lastIndex;

  /** Ascending in both term and index; the first may lie at or before the base, the second may not. */
  private final List<EntryId> termStarts;

  /** The batches of type CONFIGURATION, ascending, cut to what is stored. */
  private final List<EntryBatch> configurations;

  /** The outline of a log that was never written to. */
  public LogOutline() {
    this(EntryId.NONE, 0, List.of(), List.of());
  }

  /**
   * The outline of a stored log.
   *
   * @param base the position before the first entry
   * @param lastIndex the index of the last entry, or that of {@code base} if there is none
   * @param termStarts ascending; pairs that end at or before {@code base} are dropped
   * @param configurations the batches of type CONFIGURATION, ascending
   * @throws IllegalArgumentException if these contradict each other
   */
  public LogOutline(
      EntryId base, long lastIndex, List<EntryId> termStarts, List<EntryBatch> configurations) {
    if (lastIndex < base.index()) {
      throw new IllegalArgumentException("no log after " + base + " ends at " + lastIndex);
    }
    this.base = base;
    this.lastIndex = lastIndex;
    this.termStarts = new ArrayList<>(termStarts);
    this.configurations = new ArrayList<>(configurations);
    dropBeginnings();
    EntryId before = base;
    for (EntryId start : termStarts()) {
      boolean first = before.equals(base);
      if (start.index() > lastIndex
          || (first
              ? start.index() != firstIndex() || start.term() < base.term()
              : start.index() <= before.index() || start.term() <= before.term())) {
        throw new IllegalArgumentException("a term can't start at " + start + " after " + before
            + " in a log that ends at " + lastIndex);
      }
      before = start;
    }
    if (!isEmpty() && this.termStarts.isEmpty()) {
      throw new IllegalArgumentException("no term start covers the first index " + firstIndex());
    }
  }

  /** Whether no entry is stored. */
  public boolean isEmpty() {
    return lastIndex == base.index();
  }

  /** The position before the first entry; {@link EntryId#NONE} if the log was never compacted. */
  public EntryId base() {
    return base;
  }

  /** The first index that is stored, or the one that an append must have if none is. */
  public long firstIndex() {
    return base.index() + 1;
  }

  /** The last index that is stored, or that of the base if none is. */
  public long lastIndex() {
    return lastIndex;
  }

  /** The position of the last entry, or the base if none is stored. */
  public EntryId last() {
    return isEmpty() ? base : new EntryId(termStarts.get(termStarts.size() - 1).term(), lastIndex);
  }

  /** The first stored position of each term, ascending; a new list. */
  public List<EntryId> termStarts() {
    List<EntryId> stored = new ArrayList<>(termStarts);
    if (!stored.isEmpty() && stored.get(0).index() < firstIndex()) {
      stored.set(0, new EntryId(stored.get(0).term(), firstIndex()));
    }
    return stored;
  }

  /** The stored batches of type CONFIGURATION, ascending; a new list. */
  public List<EntryBatch> configurations() {
    return new ArrayList<>(configurations);
  }

  /** Forgets the entries from this index on. An index before the first forgets all, one after the last none. */
  public void truncateFrom(long index) {
    if (index > lastIndex) {
      return;
    }
    lastIndex = Math.max(index, firstIndex()) - 1;
    while (!termStarts.isEmpty()
        && (isEmpty() || termStarts.get(termStarts.size() - 1).index() > lastIndex)) {
      termStarts.remove(termStarts.size() - 1);
    }
    cutConfigurations();
  }

  /**
   * Adds a batch at the end.
   *
   * @return whether the batch starts a term, as far as is stored
   * @throws IllegalArgumentException if it would leave a hole or an overlap, or if its term lies before the last one
   */
  public boolean append(EntryBatch batch) {
    if (batch.firstIndex() != lastIndex + 1) {
      throw new IllegalArgumentException(
          "the batch " + batch + " doesn't follow the last index " + lastIndex);
    }
    long lastTerm = last().term();
    if (batch.term() < lastTerm) {
      throw new IllegalArgumentException(
          "the batch " + batch + " follows an entry of term " + lastTerm);
    }
    boolean startsTerm = isEmpty() || batch.term() > lastTerm;
    if (startsTerm) {
      termStarts.add(new EntryId(batch.term(), batch.firstIndex()));
    }
    if (batch.type() == EntryType.CONFIGURATION) {
      configurations.add(batch);
    }
    lastIndex = batch.lastIndex();
    return startsTerm;
  }

  /**
   * Lets the log start after a position: see {@link GroupWrite#base}.
   *
   * @throws IllegalArgumentException if the base has the same index and another term
   */
  public void startAfter(EntryId newBase) {
    if (newBase.index() < base.index() || newBase.equals(base)) {
      return;
    }
    if (newBase.index() == base.index()) {
      throw new IllegalArgumentException("the log starts after " + base + ", not after " + newBase);
    }
    boolean keepsEnd = newBase.index() <= lastIndex && termAt(newBase.index()) == newBase.term();
    base = newBase;
    if (!keepsEnd) {
      lastIndex = newBase.index();
    }
    dropBeginnings();
  }

  private long termAt(long index) {
    long term = 0;
    for (EntryId start : termStarts) {
      if (start.index() > index) {
        break;
      }
      term = start.term();
    }
    return term;
  }

  private void dropBeginnings() {
    while (termStarts.size() > 1 && termStarts.get(1).index() <= firstIndex()) {
      termStarts.remove(0);
    }
    if (isEmpty()) {
      termStarts.clear();
    }
    cutConfigurations();
  }

  private void cutConfigurations() {
    configurations.removeIf(
        batch -> batch.lastIndex() < firstIndex() || batch.firstIndex() > lastIndex);
    configurations.replaceAll(batch -> batch
        .from(Math.max(firstIndex(), batch.firstIndex()))
        .upTo(Math.min(lastIndex, batch.lastIndex())));
  }
}
