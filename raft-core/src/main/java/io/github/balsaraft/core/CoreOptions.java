package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.LeaseBounds;

/**
 * The settings of a core. Times are in nanoseconds of the monotonic clock that it is given.
 *
 * @param electionTimeoutMinNanos a follower waits at least this long for a leader, and refuses votes meanwhile
 * @param electionTimeoutMaxNanos and less than this
 * @param heartbeatNanos how often a leader shows that it is alive
 * @param maxMessageBytes the most bytes of entries in one message, unless one entry is larger
 * @param maxInflightMessages the most messages with entries under way to one follower
 * @param maxInflightBytes the most bytes of entries under way to one follower
 * @param maxUncommittedBytes the most bytes appended that are not committed, or not durable on the leader
 * @param windowBytes how many bytes of recent entries stay in memory once they are durable and handed to apply; before they are
 *     handed to apply {@code maxUncommittedBytes} more
 * @param maxWaitingReads the most linearizable reads that wait at once
 * @param failureHints whether a broken connection to the leader may start a pre-vote early
 * @param compaction how much stays in the log behind a snapshot
 */
public record CoreOptions(
    long electionTimeoutMinNanos,
    long electionTimeoutMaxNanos,
    long heartbeatNanos,
    long maxMessageBytes,
    int maxInflightMessages,
    long maxInflightBytes,
    long maxUncommittedBytes,
    long windowBytes,
    int maxWaitingReads,
    boolean failureHints,
    CompactionRules compaction) {

  /** Refuses what the protocol can't work with. */
  public CoreOptions {
    require(heartbeatNanos > 0, "the heartbeat interval must be positive");
    require(
        electionTimeoutMinNanos > heartbeatNanos,
        "the election timeout must be longer than the heartbeat interval, or a healthy leader is"
            + " taken for a dead one");
    // Equal timeouts split votes again and again (Raft paper 5.2, 9.3; trap 12).
    require(
        electionTimeoutMaxNanos > electionTimeoutMinNanos,
        "the range of election timeouts must not be empty, or votes keep being split");
    require(maxMessageBytes > 0, "a message must have room for bytes of entries");
    require(maxInflightMessages > 0, "at least one message must be allowed under way");
    require(maxInflightBytes > 0, "at least one byte must be allowed under way");
    require(maxUncommittedBytes > 0, "at least one byte must be allowed to be uncommitted");
    require(windowBytes >= 0, "the window can't be negative");
    require(maxWaitingReads > 0, "at least one read must be allowed to wait");
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Which rules for leases make sense with these settings. */
  public LeaseBounds leaseBounds() {
    return new LeaseBounds(heartbeatNanos, electionTimeoutMaxNanos);
  }

  /**
   * A follower takes entries as long as its unfinished writes hold less than this. A leader's own limits come to less: it appends no more
   * than {@code maxUncommittedBytes} that its disk has not stored, and once it is deposed it is sent {@code maxInflightBytes} at most.
   */
  long maxUnfinishedBytes() {
    return sum(maxUncommittedBytes, maxInflightBytes);
  }

  /** What a window may hold of durable entries that are not handed to apply. */
  long windowBytesBeforeApply() {
    return sum(windowBytes, maxUncommittedBytes);
  }

  private static long sum(long one, long other) {
    return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
  }

  /** How far apart members stand for election after a failure hint, so that they don't split the vote. */
  static final long HINT_STAGGER_NANOS = 20_000_000;

  /** After a failure hint: how long, at least, a candidate gets to win before another try. */
  static final long HINT_PATIENCE_NANOS = 300_000_000;

  /**
   * For how many election timeouts a leader keeps the entries after a snapshot for a follower that takes it over and falls
   * silent.
   */
  static final int INSTALL_PATIENCE_TIMEOUTS = 5;

  /** How far log time follows at once if a leader's wall clock jumps ahead. */
  static final long MAX_LOG_TIME_JUMP_MILLIS = 10_000;

  /** The most bytes of entries in a message whose fit is not known, so that little is sent for nothing; not measured. */
  static final long PROBE_BYTES = 64 << 10;
}
