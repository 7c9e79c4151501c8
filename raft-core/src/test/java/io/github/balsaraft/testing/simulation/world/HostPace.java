package io.github.balsaraft.testing.simulation.world;

/** How fast the threads and the disk of one host are. Kept over restarts. */
public final class HostPace {

  public static final long QUICK_MAILBOX_NANOS = 20 * VirtualTime.MICROS;
  public static final long QUICK_DISK_NANOS = 200 * VirtualTime.MICROS;
  public static final long QUICK_APPLY_NANOS = 20 * VirtualTime.MICROS;
  public static final long QUICK_LOAD_NANOS = 20 * VirtualTime.MICROS;
  public static final long QUICK_SNAPSHOT_NANOS = 5 * QUICK_APPLY_NANOS;

  private long mailboxNanos = QUICK_MAILBOX_NANOS;
  private long diskNanos = QUICK_DISK_NANOS;
  private long stallNanos;
  private long applyNanos = QUICK_APPLY_NANOS;
  private long snapshotNanos = QUICK_SNAPSHOT_NANOS;

  HostPace() {}

  /** A write takes up to so long from now on, and at least a tenth of it. */
  public void diskTakes(long nanos) {
    diskNanos = nanos;
  }

  /** The next write takes so much longer. */
  public void stallDisk(long nanos) {
    stallNanos = nanos;
  }

  /** A task of the apply threads waits up to so long from now on. */
  public void applyTakes(long nanos) {
    applyNanos = nanos;
  }

  /** What is done with the files of snapshots waits up to so long from now on, each step of it. */
  public void snapshotsTake(long nanos) {
    snapshotNanos = nanos;
  }

  /** A task of a mailbox waits up to so long from now on. */
  public void mailboxTakes(long nanos) {
    mailboxNanos = nanos;
  }

  /** All is as fast as it was at the beginning. */
  public void recover() {
    mailboxNanos = QUICK_MAILBOX_NANOS;
    diskNanos = QUICK_DISK_NANOS;
    applyNanos = QUICK_APPLY_NANOS;
    snapshotNanos = QUICK_SNAPSHOT_NANOS;
    stallNanos = 0;
  }

  /** Up to how long a task of a mailbox waits. */
  public long mailboxNanos() {
    return mailboxNanos;
  }

  /** Up to how long a task of the apply threads waits. */
  public long applyNanos() {
    return applyNanos;
  }

  /** Up to how long it takes to read old entries: as long as to write, on a disk that is slow. */
  long loadNanos() {
    return isDiskSlow() ? diskNanos : QUICK_LOAD_NANOS;
  }

  /** Up to how long a step of a snapshot waits. Their threads are those that apply, or others of the same machine. */
  public long snapshotNanos() {
    return Math.max(snapshotNanos, 5 * applyNanos);
  }

  /** Whether the next write takes longer than others. */
  boolean isDiskStalled() {
    return stallNanos > 0;
  }

  /** Whether writes take longer than on a disk that is in order. */
  boolean isDiskSlow() {
    return diskNanos > QUICK_DISK_NANOS;
  }

  /** How long a write takes that begins now. */
  public long diskNanos(Chance chance) {
    long stall = stallNanos;
    stallNanos = 0;
    return stall + chance.between(diskNanos / 10, diskNanos);
  }
}
