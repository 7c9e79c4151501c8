package io.github.balsaraft.core;

/**
 * The settings of a core. Times are in nanoseconds of the monotonic clock that it is given.
 *
 * @param electionTimeoutMinNanos a follower waits at least this long for a leader, and refuses votes meanwhile
 * @param electionTimeoutMaxNanos and less than this
 * @param heartbeatNanos how often a leader shows that it is alive
 * @param maxMessageBytes the most bytes of entries in one message, unless one entry is larger
 * @param maxInflightMessages the most messages with entries under way to one follower
 * @param maxInflightBytes the most bytes of entries under way to one follower
 * @param maxUncommittedBytes the most bytes appended and not committed
 * @param windowBytes how many bytes of recent entries stay in memory once they are durable and handed to apply
 * @param maxWaitingReads the most linearizable reads that wait at once
 * @param failureHints whether a broken connection to the leader may start a pre-vote early
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
    boolean failureHints) {

  /** How far apart members stand for election after a failure hint, so that they don't split the vote. */
  static final long HINT_STAGGER_NANOS = 20_000_000;

  /** After a failure hint: how long, at least, a candidate gets to win before another try. */
  static final long HINT_PATIENCE_NANOS = 300_000_000;

  /** How far a leader's wall clock may jump ahead at once before log time stops following it. */
  static final long MAX_LOG_TIME_JUMP_MILLIS = 10_000;

  /** The most bytes of entries in a message whose fit is not known. */
  static final long PROBE_BYTES = 64 << 10;
}
