package io.github.balsaraft.core;

import io.github.balsaraft.model.EntryBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of this replica's log its disk has damaged, and how far each is on its way back. As long as there is one the
 * replica is recovering: it neither votes, nor campaigns, nor acknowledges anything from the first of them on, nor applies it
 * (traps 44 and 45).
 *
 * <p>Raft assumes that what a replica has acknowledged stays on its disk (Raft paper 5.2). A replica that broke that promise
 * keeps it in another way: whoever counts on an entry here counts on the vote that is refused to all logs without it. This one
 * refuses its vote to all logs, so that nobody is elected who lacks the entry, as if it were down; until the entry is back, or
 * is known not to be needed:
 *
 * <ul>
 *   <li>a copy of the same term and index was written in its place: there is only one such entry (log matching),
 *   <li>a leader's log has another entry there, so that it was never committed, and it was truncated,
 *   <li>a snapshot covers it.
 * </ul>
 *
 * <p>The last two count at once. A vote that they allow leaves after a write that is later than theirs, and a snapshot that
 * covers an entry is durable before the core hears of it.
 *
 * <p>Invariant: all of them are in the log, above its base.
 */
final class Repair {

  private final TreeMap<Long, DamagedEntry> damaged = new TreeMap<>();

  /** Copies that wait for the next write. */
  private final TreeMap<Long, EntryBatch> found = new TreeMap<>();

  /** The writes that carry copies, by index. */
  private final TreeMap<Long, Long> writing = new TreeMap<>();

  Repair(List<DamagedEntry> atStart) {
    atStart.forEach(one -> damaged.put(one.entry().index(), one));
  }

  /** Whether any entry is damaged. */
  boolean isRecovering() {
    return !damaged.isEmpty();
  }

  /** Up to here no entry is damaged; beyond any index if none is. */
  long intactIndex() {
    return damaged.isEmpty() ? Long.MAX_VALUE : damaged.firstKey() - 1;
  }

  /** The last damaged entry up to an index; zero if there is none. */
  long lastUpTo(long index) {
    Long last = damaged.floorKey(index);
    return last == null ? 0 : last;
  }

  boolean isDamaged(long index) {
    return damaged.containsKey(index);
  }

  List<DamagedEntry> all() {
    return List.copyOf(damaged.values());
  }

  /** The damaged entry at this index, unless there is none or a copy was found. */
  @Nullable
  DamagedEntry wantedAt(long index) {
    return found.containsKey(index) || writing.containsKey(index) ? null : damaged.get(index);
  }

  /** The first so many damaged entries of which no copy was found. */
  List<DamagedEntry> wanted(int atMost) {
    List<DamagedEntry> wanted = new ArrayList<>();
    for (DamagedEntry one : damaged.values()) {
      if (wanted.size() == atMost) {
        break;
      }
      if (wantedAt(one.entry().index()) != null) {
        wanted.add(one);
      }
    }
    return wanted;
  }

  /** A copy of one damaged entry was found. */
  void found(EntryBatch copy) {
    found.put(copy.firstIndex(), copy);
  }

  /** Whether there are copies to be written. */
  boolean hasUnwritten() {
    return !found.isEmpty();
  }

  /** Hands over the copies, to be written under this sequence number. */
  List<EntryBatch> takeRefill(long sequence) {
    if (found.isEmpty()) {
      return List.of();
    }
    List<EntryBatch> refill = List.copyOf(found.values());
    found.keySet().forEach(index -> writing.put(index, sequence));
    found.clear();
    return refill;
  }

  /** All writes up to this one are durable. */
  void written(long sequence) {
    if (writing.isEmpty()) {
      return;
    }
    writing.entrySet().removeIf(one -> {
      boolean done = one.getValue() <= sequence;
      if (done) {
        damaged.remove(one.getKey());
      }
      return done;
    });
  }

  /** Entries at this index and above are removed from the log. */
  void truncateFrom(long index) {
    damaged.tailMap(index, true).clear();
    found.tailMap(index, true).clear();
    writing.tailMap(index, true).clear();
  }

  /** Entries up to this index, inclusive, are removed from the log: a snapshot stands in for them. */
  void compactTo(long index) {
    damaged.headMap(index, true).clear();
    found.headMap(index, true).clear();
    writing.headMap(index, true).clear();
  }
}
