package io.github.balsaraft.core.log;

/**
 * Makes log time from the wall clock of a leader: it never goes back, and a forward jump of the wall clock, as seen against
 * the monotonic clock, is limited, because whatever expires by log time would expire at once. If it only takes back an earlier
 * jump backward it isn't, unless the clock has come to where log time is meanwhile: what is stamped by it would expire at once.
 *
 * <p>Jumps are measured from one call of {@link #observe} to the next; the time for which a process or a whole cluster was
 * down is not a jump.
 */
public final class LogClock {

  private final long maxJumpMillis;
  private long lastNanos;
  private long lastWallMillis;
  private long ignoredMillis;

  /**
   * How much of the steps back of the wall clock was not undone yet; zero once the clock as it is has come to where log time is. Small ones don't count:
   * both clocks are not read at once.
   */
  private long behindMillis;

  /**
   * Starts at the given readings.
   *
   * @param maxJumpMillis how far the wall clock may run ahead of the monotonic clock at once
   */
  public LogClock(long maxJumpMillis, long nowNanos, long wallMillis) {
    this.maxJumpMillis = maxJumpMillis;
    this.lastNanos = nowNanos;
    this.lastWallMillis = wallMillis;
  }

  /**
   * Takes new readings.
   *
   * @param logTimeMillis of the end of the log, whoever gave it
   * @return by how many milliseconds a jump was cut short; zero if there was none
   */
  public long observe(long nowNanos, long wallMillis, long logTimeMillis) {
    if (lastWallMillis - ignoredMillis >= logTimeMillis) {
      // It has come to where log time is by itself, in whatever role. From here on a step ahead is
      // one of log time, too.
      behindMillis = 0;
    }
    long elapsedMillis = Math.max(0, (nowNanos - lastNanos) / 1_000_000);
    long jump = wallMillis - lastWallMillis - elapsedMillis;
    lastNanos = nowNanos;
    lastWallMillis = wallMillis;
    if (jump < 0) {
      // Somebody has set a clock right that had jumped ahead:
      // what was ignored of that jump is gone with it.
      long undoneMillis = Math.min(ignoredMillis, -jump);
      ignoredMillis -= undoneMillis;
      long backMillis = -jump - undoneMillis;
      if (backMillis > maxJumpMillis) {
        behindMillis += backMillis;
      }
      return 0;
    }
    if (jump <= maxJumpMillis) {
      return 0;
    }
    // One that was set back and is set right again shows what it would have shown all the time.
    long followedMillis = Math.min(jump, Math.max(maxJumpMillis, behindMillis));
    behindMillis -= Math.min(behindMillis, followedMillis);
    ignoredMillis += jump - followedMillis;
    return jump - followedMillis;
  }

  /** The log time of a batch that follows one with {@code previousMillis}. */
  public long next(long previousMillis) {
    return Math.max(previousMillis, lastWallMillis - ignoredMillis);
  }
}
