package io.github.balsaraft.testing;

import io.github.balsaraft.storage.SnapshotStore;
import java.io.IOException;

/**
 * The disk of a snapshot store under test, in the hands of {@link SnapshotStoreFaults}: its power goes, its operations fail, its
 * bits flip, and its files lose their ends. A store on a {@link io.github.balsaraft.storage.SnapshotFolder} has one already, {@link FragileSnapshotDisk}.
 *
 * <p>An <i>operation</i> is whatever the store asks of the disk that changes something and can fail by itself: a write, a sync, the
 * renaming of a file. What was written and not synced is <i>unsynced</i>: a process sees it, also one that is started later, until
 * the power goes.
 *
 * <p>Used by one thread, which is also the one that calls the store.
 */
public interface FaultySnapshotDisk {

  /** A process starts: a store on what the disk holds. The one that was opened before is never called again. */
  SnapshotStore open() throws IOException;

  /**
   * So many operations are carried out from now on, and then the store reaches the disk no more: whatever it asks for throws an
   * {@link IOException}, until {@link #powerCut} or {@link #processKilled}.
   */
  void stopAfter(int operations);

  /**
   * An operation fails, and what it was to do is done or not. A sync that failed leaves what was unsynced to be read and never to be
   * synced: a later sync of it succeeds and has nothing to do (as Linux does it).
   *
   * @param number 0 for the next operation, 1 for the one after it
   */
  void failOperation(int number);

  /** Whether the operation of {@link #failOperation} was asked for, and failed. */
  boolean hasFailed();

  /** The power goes and comes back: all that was synced is there, and any part of the rest, torn or with names that were undone. */
  void powerCut();

  /** The process is killed, and the power stays: everything is there, with the unsynced still unsynced. */
  void processKilled();

  /** A bit changes by itself in what is stored. */
  void flipBit();

  /** A file of what is stored loses its end by itself. */
  void cutFile();
}
