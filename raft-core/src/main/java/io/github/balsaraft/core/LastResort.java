package io.github.balsaraft.core;

/**
 * Whether a voter that never stands for election (priority 0) must stand after all. It may hold the only copy of an entry
 * that the others need: then it refuses them its vote for their shorter logs, and none of them can win without it.
 *
 * <p>Or one that may stand doesn't know it yet: the configuration that gave it its vote has not reached it. So this replica
 * asks, without standing itself: one that may stand, answers and has not stood meanwhile won't.
 *
 * <p>So after a number of election timeouts in which it has met one of these and heard no leader, it stands,
 * and hands over once another voter has caught up. Safety never rests on it.
 */
final class LastResort {

  /** How long others may find a leader without it, in election timeouts. */
  static final int PATIENCE_ELECTION_TIMEOUTS = 3;

  private static final long NEVER = Long.MIN_VALUE;

  private final long patienceNanos;
  private long firstNeededNanos = NEVER;
  private long lastNeededNanos = NEVER;

  LastResort(CoreOptions options) {
    this.patienceNanos = PATIENCE_ELECTION_TIMEOUTS * options.electionTimeoutMaxNanos();
  }

  /** A vote was refused to a voter for nothing but its shorter log, or one that may stand is there and doesn't stand. */
  void needed(long nowNanos) {
    if (firstNeededNanos == NEVER || nowNanos - lastNeededNanos > 2 * patienceNanos) {
      firstNeededNanos = nowNanos;
    }
    lastNeededNanos = nowNanos;
  }

  /** Whether it is worth asking those that may stand: nothing was heard of them lately. */
  boolean wantsToKnow(long nowNanos) {
    return lastNeededNanos == NEVER || nowNanos - lastNeededNanos > patienceNanos;
  }

  /** There is a leader. */
  void leaderFound() {
    firstNeededNanos = NEVER;
    lastNeededNanos = NEVER;
  }

  /** Whether it must stand now: needed for long enough, and not long ago. */
  boolean isDue(long nowNanos) {
    return firstNeededNanos != NEVER
        && nowNanos - firstNeededNanos >= patienceNanos
        && nowNanos - lastNeededNanos <= 2 * patienceNanos;
  }
}
