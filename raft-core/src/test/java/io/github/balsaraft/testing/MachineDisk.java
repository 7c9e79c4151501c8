package io.github.balsaraft.testing;

import io.github.balsaraft.api.OnDiskStateMachine;
import java.util.Random;

/**
 * The disk of a state machine under test, in the hands of {@link OnDiskChecks}: its process is killed, and its power is cut. What
 * that leaves is always another disk, a copy; the machine that is open goes on with this one.
 *
 * <p>Used by one thread, which is also the one that calls the machine.
 */
public interface MachineDisk {

  /**
   * A process starts: the machine on what the disk holds. Called at most once for each disk. If the machine is {@link AutoCloseable} it
   * is closed when it is of no use any more.
   */
  OnDiskStateMachine open();

  /** What the next process finds if this one is killed now: what this one has given to the disk, synced or not. */
  MachineDisk killNow();

  /**
   * What may be there if the power is cut now: all that is synced, and any part of the rest, torn at any byte. As {@link #killNow}
   * for a machine that leaves nothing unsynced to the disk.
   */
  MachineDisk cutNow(Random random);
}
