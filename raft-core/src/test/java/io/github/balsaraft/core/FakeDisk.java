package io.github.balsaraft.core;

import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Payloads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One replica's disk: what is durable, and the writes that are under way. Entries are kept one by one, so that it shares no
 * trick with the log of the core.
 *
 * <p>Snapshots are kept apart from the log, as on a real disk: a snapshot is durable before the core hears of it, and the
 * write that lets the log follow comes later or, after a crash, never.
 */
final class FakeDisk {

  /** What survives a crash. */
  private Content durable =
      new Content(HardState.INITIAL, EntryId.NONE, List.of(), new TreeSet<>());

  /** The newest verified snapshot, or null. */
  private FakeSnapshot snapshot;

  /** What the replica believes: the durable content with all pending writes done. */
  private Content written = durable;

  private final Deque<CoreWrite> pending = new ArrayDeque<>();

  /** Puts content there that was durable before the story begins. */
  void preset(HardState hardState, List<EntryBatch> entries) {
    durable = new Content(hardState, EntryId.NONE, entries, new TreeSet<>());
    written = durable;
  }

  /** A snapshot is durable from now on, unless there is a newer one. */
  void save(FakeSnapshot saved) {
    if (snapshot == null || saved.lastIndex() >= snapshot.lastIndex()) {
      snapshot = saved;
    }
  }

  /** The newest snapshot, or null. */
  FakeSnapshot snapshot() {
    return snapshot;
  }

  /** A write begins. */
  void submit(CoreWrite write) {
    pending.addLast(write);
    written = written.after(write);
  }

  int pendingWrites() {
    return pending.size();
  }

  /** The oldest write is done; returns its sequence number. */
  long completeNext() {
    CoreWrite write = pending.removeFirst();
    durable = durable.after(write);
    return write.sequence();
  }

  /** Loses what is not durable, but for the oldest {@code survivors} writes: these got there and nobody was told. */
  void crash(int survivors) {
    for (int i = 0; i < survivors && !pending.isEmpty(); i++) {
      completeNext();
    }
    pending.clear();
    written = durable;
  }

  /** Damages a durable entry while no process runs: its content can't be read any more. */
  void damage(long index) {
    if (!pending.isEmpty() || durable.at(index).index() <= durable.base.index()) {
      throw new AssertionError("there is no entry to damage at " + index);
    }
    durable = durable.withDamaged(index, true);
    written = durable;
  }

  /** The entry can be read again. */
  void mend(long index) {
    durable = durable.withDamaged(index, false);
    written = durable;
  }

  /** The durable entries that can't be read. */
  SortedSet<Long> damaged() {
    return Collections.unmodifiableSortedSet(durable.damaged);
  }

  /** The durable entries that can't be read, and that no snapshot stands in for. */
  SortedSet<Long> lacking() {
    return lacking(durable);
  }

  /** The same, as the replica sees its log. */
  SortedSet<Long> writtenLacking() {
    return lacking(written);
  }

  private SortedSet<Long> lacking(Content content) {
    long covered = snapshot == null ? 0 : snapshot.lastIndex();
    return new TreeSet<>(content.damaged.tailSet(covered + 1));
  }

  /** The damaged entries as a process finds them; of some it can still read the checksum. */
  List<DamagedEntry> damagedEntries() {
    List<DamagedEntry> found = new ArrayList<>();
    for (long index : durable.damaged) {
      byte[] payload = durableEntry(index).singlePayload();
      found.add(
          new DamagedEntry(durable.at(index), index % 2 == 0 ? 0 : Payloads.checksum(payload)));
    }
    return found;
  }

  HardState durableHardState() {
    return durable.hardState;
  }

  long durableLastIndex() {
    return durable.lastIndex();
  }

  /** The durable entry's position, or {@link EntryId#NONE} if there is none at this index. */
  EntryId durableAt(long index) {
    return durable.at(index);
  }

  /** Whether an entry is durable here. */
  boolean holds(EntryId entry) {
    return entry.index() == 0 || durable.at(entry.index()).equals(entry);
  }

  /** The position before the first durable entry. */
  EntryId durableBase() {
    return durable.base;
  }

  /** The position before the first entry as the replica sees its log. */
  EntryId writtenBase() {
    return written.base;
  }

  /** Whether a write has changed what the replica believes since this was last returned. */
  Object writtenVersion() {
    return written;
  }

  EntryId durableLast() {
    return durable.at(durableLastIndex());
  }

  /** One durable entry; of a damaged one what it once was. */
  EntryBatch durableEntry(long index) {
    return durable.entries.get((int) (index - durable.base.index()) - 1);
  }

  /** The position of an entry as the replica sees its log. */
  EntryId writtenAt(long index) {
    return written.at(index);
  }

  long writtenLastIndex() {
    return written.lastIndex();
  }

  HardState writtenHardState() {
    return written.hardState;
  }

  /** The last configuration in the log as the replica sees it, or null if there is none. */
  Configuration writtenConfiguration() {
    for (int i = written.entries.size() - 1; i >= 0; i--) {
      EntryBatch entry = written.entries.get(i);
      if (entry.type() == EntryType.CONFIGURATION
          && !written.damaged.contains(entry.firstIndex())) {
        return Configuration.decode(written.entries.get(i).singlePayload());
      }
    }
    return null;
  }

  List<EntryBatch> writtenEntries() {
    return written.entries;
  }

  /** Reads durable entries as a log store does: at least one, up to so many bytes. Empty if the first isn't there. */
  List<EntryBatch> read(long fromIndex, long toIndex, long maxBytes) {
    List<EntryBatch> found = new ArrayList<>();
    long bytes = 0;
    if (fromIndex <= durable.base.index()) {
      return found;
    }
    for (long index = fromIndex; index <= Math.min(toIndex, durableLastIndex()); index++) {
      EntryBatch entry = durableEntry(index);
      if (durable.damaged.contains(index)) {
        throw new AssertionError("reads the damaged entry at " + index);
      }
      if (!found.isEmpty() && bytes + entry.sizeInBytes() > maxBytes) {
        break;
      }
      found.add(entry);
      bytes += entry.sizeInBytes();
    }
    return found;
  }

  /** The terms of the durable log. */
  TermStarts termStarts() {
    List<EntryId> starts = new ArrayList<>();
    long lastTerm = 0;
    for (EntryBatch entry : durable.entries) {
      if (entry.term() != lastTerm) {
        starts.add(entry.last());
        lastTerm = entry.term();
      }
    }
    return new TermStarts(durable.base, starts, durableLastIndex());
  }

  /** The configurations in the durable log. */
  SortedMap<Long, Configuration> configurations() {
    SortedMap<Long, Configuration> found = new TreeMap<>();
    for (EntryBatch entry : durable.entries) {
      if (entry.type() == EntryType.CONFIGURATION
          && !durable.damaged.contains(entry.firstIndex())) {
        found.put(entry.firstIndex(), Configuration.decode(entry.singlePayload()));
      }
    }
    return found;
  }

  /** The log time of the last durable entry. */
  long lastLogTimeMillis() {
    return durable.entries.isEmpty() ? 0 : durableEntry(durableLastIndex()).logTimeMillis();
  }

  /** Cuts batches into single entries. */
  static List<EntryBatch> singles(List<EntryBatch> batches) {
    List<EntryBatch> singles = new ArrayList<>();
    for (EntryBatch batch : batches) {
      for (long index = batch.firstIndex(); index <= batch.lastIndex(); index++) {
        singles.add(batch.from(index).upTo(index));
      }
    }
    return singles;
  }

  private record Content(
      HardState hardState, EntryId base, List<EntryBatch> entries, TreeSet<Long> damaged) {

    Content withDamaged(long index, boolean isDamaged) {
      TreeSet<Long> next = new TreeSet<>(damaged);
      if (isDamaged) {
        next.add(index);
      } else {
        next.remove(index);
      }
      return new Content(hardState, base, entries, next);
    }

    Content after(CoreWrite write) {
      HardState nextState = write.hardState() == null ? hardState : write.hardState();
      if (write.truncateFrom() == 0
          && write.base().index() == 0
          && write.refill().isEmpty()
          && write.append().isEmpty()) {
        return new Content(nextState, base, entries, damaged);
      }
      TreeSet<Long> nextDamaged = new TreeSet<>(damaged);
      List<EntryBatch> next = new ArrayList<>(entries);
      next.removeIf(
          entry -> write.truncateFrom() > 0 && entry.firstIndex() >= write.truncateFrom());
      EntryId nextBase = base;
      if (write.base().index() > base.index()) {
        nextBase = write.base();
        boolean held = next.stream().anyMatch(entry -> entry.last().equals(write.base()));
        next.removeIf(entry -> !held || entry.firstIndex() <= write.base().index());
      }
      long end = nextBase.index() + next.size();
      long start = nextBase.index();
      nextDamaged.removeIf(index -> index <= start || index > end);
      for (EntryBatch copy : write.refill()) {
        if (!nextDamaged.remove(copy.firstIndex())
            || !next.get((int) (copy.firstIndex() - start) - 1).equals(copy)) {
          throw new AssertionError("write " + write.sequence() + " puts " + copy
              + " in the place of what was not damaged, or not that");
        }
      }
      for (EntryBatch entry : singles(write.append())) {
        if (entry.firstIndex() != nextBase.index() + next.size() + 1) {
          throw new AssertionError("write " + write.sequence() + " puts " + entry + " behind index "
              + (nextBase.index() + next.size()));
        }
        next.add(entry);
      }
      return new Content(nextState, nextBase, next, nextDamaged);
    }

    long lastIndex() {
      return base.index() + entries.size();
    }

    /** The position of an entry or of the base; {@link EntryId#NONE} if it isn't known. */
    EntryId at(long index) {
      if (index == base.index()) {
        return base;
      }
      return index < base.index() || index > lastIndex()
          ? EntryId.NONE
          : entries.get((int) (index - base.index()) - 1).last();
    }
  }
}
