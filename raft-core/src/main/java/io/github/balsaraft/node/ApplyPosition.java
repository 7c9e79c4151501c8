package io.github.balsaraft.node;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.SnapshotHeader;

/**
 * What a snapshot of the state machine's present state has to say about the log: how far it was applied, and what was in force
 * there. Used by the apply threads, one at a time, unless a method says otherwise.
 */
final class ApplyPosition {

  private EntryId last = EntryId.NONE;
  private Configuration configuration = Configuration.EMPTY;
  private long configurationIndex;
  private long logTimeMillis;
  private boolean isComplete = true;

  // Written by the apply threads only. They never decrease.
  private volatile long bytesPassed;
  private volatile long entriesPassed;

  /** How much of that the last snapshot covers. */
  private volatile Count covered = new Count(0, 0);

  /** How much was applied up to some moment. */
  record Count(long bytes, long entries) {}

  /** The state is that of a snapshot, or as if it were. */
  void startAt(SnapshotHeader header) {
    last = header.last();
    configuration = header.configuration();
    configurationIndex = header.configurationIndex();
    logTimeMillis = header.logTimeMillis();
    isComplete = true;
    covered(count());
  }

  /** The state is one that a state machine has kept by itself: its log time is known again with the next entry. */
  void startAt(EntryId held, Configuration inForce, long atIndex) {
    last = held;
    configuration = inForce;
    configurationIndex = atIndex;
    isComplete = false;
  }

  /** All of a batch was applied, or of its end as much as there is. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes, others look.
  void passed(EntryBatch batch) {
    last = batch.last();
    logTimeMillis = batch.logTimeMillis();
    isComplete = true;
    if (batch.type() == EntryType.CONFIGURATION) {
      configuration = Configuration.decode(batch.singlePayload());
      configurationIndex = batch.lastIndex();
    }
    bytesPassed += batch.sizeInBytes();
    entriesPassed += batch.count();
  }

  /** How much was applied up to now; see {@link #covered}. */
  Count count() {
    return new Count(bytesPassed, entriesPassed);
  }

  /**
   * A snapshot is saved of the state as of that count. Until then the log grows, however often one is begun. What it doesn't cover more
   * than one before it changes nothing. On any thread.
   */
  synchronized void covered(Count upTo) {
    if (upTo.entries() > covered.entries()) {
      covered = upTo;
    }
  }

  /** So much was applied since the last snapshot by earlier processes. */
  void countSince(long entries, long bytes) {
    bytesPassed = covered.bytes() + bytes;
    entriesPassed = covered.entries() + entries;
  }

  /** Whether a snapshot of the present state can be taken: something was applied, and all is known that has to be said about it. */
  boolean isKnown() {
    return isComplete && last.index() > 0 && !configuration.isEmpty();
  }

  /** Bytes of entries applied since the last snapshot. On any thread. */
  long bytesSinceSnapshot() {
    // In this order: what is covered was passed before.
    long before = covered.bytes();
    return bytesPassed - before;
  }

  /** Entries applied since the last snapshot. On any thread. */
  long entriesSinceSnapshot() {
    long before = covered.entries();
    return entriesPassed - before;
  }

  /** The last entry that was applied. */
  EntryId last() {
    return last;
  }

  /**
   * The header of a snapshot of the present state.
   *
   * @param term the term in which the entries were handed out to be applied, or a later one
   */
  SnapshotHeader header(long term) {
    return new SnapshotHeader(
        last, Math.max(term, last.term()), configuration, configurationIndex, logTimeMillis);
  }
}
