package io.github.balsaraft.core;

/**
 * Whether a voter that never stands for election (priority 0) must stand after all. It may hold the only copy of an entry
 * that the others need: then it refuses them its vote for their shorter logs, and none of them can win without it.
 *
 * <p>So after it has refused votes for that reason for a number of election timeouts in which no leader was heard, it stands,
 * and hands over once another voter has caught up. Safety never rests on it.
 */
final class LastResort {

  /** How long others may find a leader without it, in election timeouts. */
  static final int PATIENCE_ELECTION_TIMEOUTS = 3;

  private static final long NEVER = Long.MIN_VALUE;

  private final long patienceNanos;
  private long firstRefusalNanos = NEVER;
  private long lastRefusalNanos = NEVER;

  LastResort(CoreOptions options) {
    this.patienceNanos = PATIENCE_ELECTION_TIMEOUTS * options.electionTimeoutMaxNanos();
  }

  /** A vote was refused to a voter for nothing but its shorter log. */
  void refusedShorterLog(long nowNanos) {
    if (firstRefusalNanos == NEVER || nowNanos - lastRefusalNanos > patienceNanos) {
      firstRefusalNanos = nowNanos;
    }
    lastRefusalNanos = nowNanos;
  }

  /** There is a leader. */
  void leaderFound() {
    firstRefusalNanos = NEVER;
    lastRefusalNanos = NEVER;
  }

  /** Whether it must stand now: refused for long enough, and not long ago. */
  boolean isDue(long nowNanos) {
    return firstRefusalNanos != NEVER
        && nowNanos - firstRefusalNanos >= patienceNanos
        && nowNanos - lastRefusalNanos <= patienceNanos;
  }

  /** When it will have to stand if nothing changes; {@link Long#MAX_VALUE} if nobody has needed it. */
  long dueNanos() {
    return firstRefusalNanos == NEVER ? Long.MAX_VALUE : firstRefusalNanos + patienceNanos;
  }
}
