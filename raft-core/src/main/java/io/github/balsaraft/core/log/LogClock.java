package io.github.balsaraft.core.log;

/**
 * Makes log time from the wall clock of a leader: it never goes back, and a forward jump of the wall clock, as seen against
 * the monotonic clock, is limited, because whatever expires by log time would expire at once.
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
   * @return by how many milliseconds a jump was cut short; zero if there was none
   */
  public long observe(long nowNanos, long wallMillis) {
    long elapsedMillis = Math.max(0, (nowNanos - lastNanos) / 1_000_000);
    long jump = wallMillis - lastWallMillis - elapsedMillis;
    lastNanos = nowNanos;
    lastWallMillis = wallMillis;
    if (jump <= maxJumpMillis) {
      // Somebody has set a clock right that had jumped ahead: what was ignored of that jump is gone
      // with it.
      ignoredMillis -= Math.min(ignoredMillis, Math.max(0, -jump));
      return 0;
    }
    ignoredMillis += jump - maxJumpMillis;
    return jump - maxJumpMillis;
  }

  /** The log time of a batch that follows one with {@code previousMillis}. */
  public long next(long previousMillis) {
    return Math.max(previousMillis, lastWallMillis - ignoredMillis);
  }
}
