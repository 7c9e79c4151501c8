package io.github.balsaraft.core.log;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log as the core knows it: which terms it has, its recent entries, how much of it is durable, and what must be written
 * next.
 *
 * <p>Writes are asynchronous. {@link #takeWrite} hands over what has changed under a sequence number, and {@link #written}
 * says that everything up to a sequence number is durable. A truncation lowers what earlier, still unfinished writes may
 * prove: their completion then acknowledges nothing at or above the cut, even if other entries stand there by then. An
 * installed snapshot takes the place of all entries, so that no write before it proves anything (trap 39).
 *
 * <p>Invariant: {@code base <= durableIndex <= lastIndex}; while the write that follows an installation is not done, {@code
 * durableIndex} is below the base.
 */
public final class RaftLog {

  private final TermStarts terms;
  private final LogWindow window = new LogWindow();
  private final LogSizes sizes = new LogSizes();
  private final Deque<UnfinishedWrite> unfinished = new ArrayDeque<>();
  private long durableIndex;
  private long logTimeMillis;

  private long truncateFrom;
  private EntryId unwrittenBase = EntryId.NONE;
  private List<EntryBatch> unwritten = new ArrayList<>();
  private long unwrittenBytes;

  /** What the writes that are not done yet were given, truncated since or not. */
  private long handedOverBytes;

  /**
   * Takes over a recovered log; all of it is durable.
   *
   * @param logTimeMillis the log time of the last entry, or zero
   */
  public RaftLog(TermStarts terms, long logTimeMillis) {
    this.terms = terms;
    this.durableIndex = terms.lastIndex();
    this.logTimeMillis = logTimeMillis;
  }

  /** Adds entries to the end. */
  public void append(EntryBatch batch) {
    terms.append(batch.term(), batch.firstIndex(), batch.lastIndex());
    window.append(batch);
    sizes.append(batch.firstIndex(), batch.lastIndex(), batch.sizeInBytes());
    unwritten.add(batch);
    unwrittenBytes += batch.sizeInBytes();
    // It never goes back along a log, and what was truncated has taken its log time along: nobody
    // may ever have applied anything by the clock of the leader that made it.
    logTimeMillis = batch.logTimeMillis();
  }

  /** Removes entries at this index and above. */
  public void truncateFrom(long index) {
    terms.truncateFrom(index);
    window.truncateFrom(index);
    sizes.truncateFrom(index);
    durableIndex = Math.min(durableIndex, index - 1);
    for (UnfinishedWrite write : unfinished) {
      write.lastIndex = Math.min(write.lastIndex, index - 1);
    }
    for (int i = unwritten.size() - 1; i >= 0 && unwritten.get(i).lastIndex() >= index; i--) {
      EntryBatch removed = unwritten.remove(i);
      unwrittenBytes -= removed.sizeInBytes();
      if (removed.firstIndex() < index) {
        EntryBatch rest = removed.upTo(index - 1);
        unwritten.add(rest);
        unwrittenBytes += rest.sizeInBytes();
        break;
      }
    }
    truncateFrom = truncateFrom == 0 ? index : Math.min(truncateFrom, index);
  }

  /** Forgets durable entries up to this index, inclusive; a snapshot stands in for them (Raft paper 7). */
  public void compactTo(long index) {
    if (index > durableIndex) {
      throw new IllegalArgumentException(
          "can't compact to " + index + ", durable is the log up to " + durableIndex);
    }
    if (index > terms.base().index()) {
      terms.compactTo(index);
      window.evict(index, 0);
      sizes.compactTo(index);
      unwrittenBase = terms.base();
    }
  }

  /**
   * Forgets all entries: an installed snapshot stands in for everything up to a position that this log doesn't have.
   *
   * @param snapshotLogTimeMillis the log time of the entry at that position
   */
  public void startAfter(EntryId snapshot, long snapshotLogTimeMillis) {
    durableIndex = Math.min(durableIndex, terms.base().index());
    terms.startAfter(snapshot);
    window.clear();
    sizes.clear();
    for (UnfinishedWrite write : unfinished) {
      write.lastIndex = 0;
    }
    unwritten = new ArrayList<>();
    unwrittenBytes = 0;
    // The disk may still have an entry at that position, with a tail that was truncated since.
    truncateFrom = 1;
    unwrittenBase = snapshot;
    logTimeMillis = snapshotLogTimeMillis;
  }

  /** Whether there is anything that {@link #takeWrite} would hand over. */
  public boolean hasUnwritten() {
    return truncateFrom != 0 || unwrittenBase.index() != 0 || !unwritten.isEmpty();
  }

  /** Hands over what changed since the last call, to be written under this sequence number. */
  public Changes takeWrite(long sequence) {
    Changes changes = new Changes(truncateFrom, unwrittenBase, unwritten);
    unfinished.addLast(new UnfinishedWrite(sequence, terms.lastIndex(), unwrittenBytes));
    handedOverBytes += unwrittenBytes;
    truncateFrom = 0;
    unwrittenBase = EntryId.NONE;
    unwritten = new ArrayList<>();
    unwrittenBytes = 0;
    return changes;
  }

  /** All writes up to this sequence number are durable. */
  public void written(long sequence) {
    while (!unfinished.isEmpty() && unfinished.getFirst().sequence <= sequence) {
      UnfinishedWrite done = unfinished.removeFirst();
      durableIndex = Math.max(durableIndex, done.lastIndex);
      handedOverBytes -= done.bytes;
    }
  }

  /** Entries up to this index may leave memory if the window holds more than {@code maxBytes}. */
  public void evict(long index, long maxBytes) {
    window.evict(Math.min(index, durableIndex), maxBytes);
  }

  /**
   * Recent entries from one index on, up to {@code maxBytes} but at least one entry; or null if they are no longer in
   * memory and must be loaded.
   */
  public @Nullable List<EntryBatch> recent(long fromIndex, long toIndex, long maxBytes) {
    return window.read(fromIndex, toIndex, maxBytes);
  }

  /** Bytes of recent entries in memory. */
  public long windowBytes() {
    return window.bytes();
  }

  /** The same of batches that end at this index or below it. */
  public long windowBytesUpTo(long index) {
    return window.bytesUpTo(index);
  }

  /**
   * Bytes of entries in writes that are not done yet, or not begun. Those count too that were truncated since: a write keeps what it
   * was given.
   */
  public long unfinishedBytes() {
    return handedOverBytes + unwrittenBytes;
  }

  /** As much of the end of a range as is in memory; may be nothing. */
  public List<EntryBatch> recentPart(long fromIndex, long toIndex) {
    long from = Math.max(fromIndex, window.firstIndex());
    List<EntryBatch> found = window.read(from, toIndex, Long.MAX_VALUE);
    return found == null ? List.of() : found;
  }

  /**
   * From which index on the entries up to another one are no more than about so many bytes: those after it. Zero if that is so for all
   * that were appended since the log was taken over; nobody knows how large those before are.
   */
  public long startOfBytes(long endIndex, long maxBytes) {
    return sizes.startOfBytes(endIndex, maxBytes);
  }

  /** The last position. */
  public EntryId last() {
    return terms.last();
  }

  /** The last index. */
  public long lastIndex() {
    return terms.lastIndex();
  }

  /** The position just before the first entry: where a snapshot stands in, or {@link EntryId#NONE}. */
  public EntryId base() {
    return terms.base();
  }

  /** The first index that the log still has. */
  public long firstIndex() {
    return terms.base().index() + 1;
  }

  /** The highest index up to which everything is durable here. */
  public long durableIndex() {
    return durableIndex;
  }

  /** The first position of each term, ascending. */
  public List<EntryId> termStarts() {
    return terms.starts();
  }

  /** The term of an index. */
  public long termAt(long index) {
    return terms.termAt(index);
  }

  /** The position of an index. */
  public EntryId at(long index) {
    return new EntryId(terms.termAt(index), index);
  }

  /** Whether the log has this position. */
  public boolean contains(EntryId position) {
    return terms.contains(position);
  }

  /** See {@link TermStarts#lastNotAbove}. */
  public EntryId lastNotAbove(EntryId position) {
    return terms.lastNotAbove(position.index(), position.term());
  }

  /**
   * The log time of the last entry, and so at least that of every entry before it. After a truncation it is that of an entry
   * which is gone, until the one is appended that takes its place.
   */
  public long logTimeMillis() {
    return logTimeMillis;
  }

  /**
   * What a write must do to the stored log.
   *
   * @param truncateFrom remove entries at this index and above first; 0 for none
   * @param base then let the log start after this position, see {@link io.github.balsaraft.core.CoreWrite#base}
   * @param append then add these
   */
  public record Changes(long truncateFrom, EntryId base, List<EntryBatch> append) {}

  private static final class UnfinishedWrite {
    final long sequence;
    /** What its completion proves durable; lowered by truncations since. */
    long lastIndex;

    final long bytes;

    UnfinishedWrite(long sequence, long lastIndex, long bytes) {
      this.sequence = sequence;
      this.lastIndex = lastIndex;
      this.bytes = bytes;
    }
  }
}
