package io.github.balsaraft.core.membership;

/**
 * Whether a learner keeps pace with the log, in rounds (Raft thesis 4.2.1): a round sends all that the leader's log holds
 * when the round begins. Once a round takes less than an election timeout the rest will too, so that a vote given now stops
 * nothing for longer than an election would.
 */
public final class CatchUp {

  private final long shortRoundNanos;
  private int round = 1;
  private long roundStartNanos;
  private long roundEnd;

  /**
   * The first round begins.
   *
   * @param shortRoundNanos a round that takes less than this ends it
   */
  public CatchUp(long nowNanos, long lastIndex, long shortRoundNanos) {
    this.shortRoundNanos = shortRoundNanos;
    this.roundStartNanos = nowNanos;
    this.roundEnd = lastIndex;
  }

  /**
   * Takes in how far the learner is, and begins the next round if this one is over and took too long.
   *
   * @param match the highest index that is durable there
   * @param lastIndex the end of the leader's log
   * @return whether it has caught up, as of this moment
   */
  public boolean observe(long match, long lastIndex, long nowNanos) {
    if (match == 0) {
      // It may not even be there, however short the log is.
      return false;
    }
    while (match >= roundEnd) {
      if (nowNanos - roundStartNanos < shortRoundNanos) {
        return true;
      }
      round++;
      roundStartNanos = nowNanos;
      roundEnd = lastIndex;
    }
    return false;
  }

  /** Which round it is, from 1. */
  public int round() {
    return round;
  }
}
