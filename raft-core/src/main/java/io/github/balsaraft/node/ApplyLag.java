package io.github.balsaraft.node;

import io.github.balsaraft.api.RaftMetric;

/**
 * Measures how long committed entries wait until they are applied. Follows one entry at a time, the last of a batch, so that it
 * needs no memory for those that wait.
 */
final class ApplyLag {

  private static final long NONE = 0;

  private final NodeMetrics metrics;

  /** Written by the mailbox's thread while no entry is followed, and read by the apply threads after {@link #followedIndex}. */
  private long sinceNanos;

  /** The entry that is followed; set by the mailbox's thread, and taken back by the apply threads. */
  private volatile long followedIndex = NONE;

  ApplyLag(NodeMetrics metrics) {
    this.metrics = metrics;
  }

  /** Entries up to here may be applied. On the mailbox's thread. */
  void committed(long toIndex, long nowNanos) {
    if (followedIndex == NONE) {
      sinceNanos = nowNanos;
      followedIndex = toIndex;
    }
  }

  /** The state machine has got so far. On the apply threads, one at a time. */
  void applied(long index, long nowNanos) {
    long followed = followedIndex;
    if (followed != NONE && index >= followed) {
      metrics.record(RaftMetric.COMMIT_TO_APPLIED_NANOS, nowNanos - sinceNanos, 1);
      followedIndex = NONE;
    }
  }
}
