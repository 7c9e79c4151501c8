package io.github.balsaraft.testing;

import io.github.balsaraft.storage.LogStore;
import java.util.List;
import java.util.Random;

/**
 * The disk of a store under test, in the hands of {@link LogStoreFaults}: its power can be cut, its operations fail, and its bits
 * flip. What a fault leaves is always another disk, a copy; the store that is open goes on with this one.
 *
 * <p>An <i>operation</i> is whatever the store asks of the disk that can fail by itself: a write, a sync, the renaming of a file.
 * What was written and not synced is <i>unsynced</i>: a process sees it, also one that is started later, until the power is cut.
 *
 * <p>Used by one thread, which is also the one that calls the store.
 */
public interface FaultyDisk {

  /** A process starts: the store on what the disk holds, not recovered yet. Called at most once for each disk. */
  LogStore open();

  /** The next call of {@link LogStore#write} begins now: the moment that {@link #cutDuringWrite} looks back to. */
  void writeBegins();

  /**
   * What may be there if the power was cut at some moment between {@link #writeBegins} and now: all that was synced by that moment
   * and any part of the rest, torn at any byte and with any sectors missing. As many disks as the time allows, at least one.
   */
  List<FaultyDisk> cutDuringWrite(Random random);

  /** What may be there if the power is cut now. One disk is enough if nothing is unsynced. */
  List<FaultyDisk> cutNow(Random random);

  /** What the next process finds if this one is killed now: everything, with the unsynced still unsynced. */
  FaultyDisk killNow();

  /**
   * An operation fails, and what it was to do is not done, or done by half. A sync that failed leaves what was unsynced to be
   * read and never to be synced: a later sync succeeds and has nothing to do (as Linux does it).
   *
   * @param number 0 for the next operation, 1 for the one after it
   */
  void failOperation(int number);

  /** Whether the operation of {@link #failOperation} was asked for, and failed. */
  boolean hasFailed();

  /**
   * Whether there are recoveries that ask for operations: of an empty disk, after a write that was cut short, or after any other. Then
   * the suite demands that it has seen them fail. False for a store that only reads when it recovers, from a disk on which whatever
   * can be read is durable.
   */
  default boolean recoveryHasOperations() {
    return true;
  }

  /**
   * Work in the background fails, of the store that this disk has opened and that has recovered and written since. No call of the store is
   * under way. It may take a while until the store notices.
   *
   * @return false if the store does nothing in the background; then nothing has happened
   */
  default boolean failInBackground() {
    return false;
  }

  /**
   * Disks each with one bit changed in what is synced: as many as the time allows, at least one. A bit is left out where nobody could tell the
   * damage from a write that the power cut short.
   */
  List<FaultyDisk> flipBits(Random random);
}
