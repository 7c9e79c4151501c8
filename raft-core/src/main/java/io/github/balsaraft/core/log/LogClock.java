package io.github.balsaraft.core.log;

/**
 * Makes log time from the wall clock of a leader: it never goes back, and it follows a forward jump of the wall clock, as seen against
 * the monotonic clock, only so far at once, because whatever expires by log time would expire at once. What it doesn't follow it makes
 * up for little by little, so that it comes to the clock again unless that is set back before.
 *
 * <p>What counts is what an entry has got for its time. A clock that is set back, or ahead, and then right again before any was stamped
 * did nothing: a jump that takes back that this clock was set back is followed as far as log time would have gone by itself since it
 * last went on.
 *
 * <p>A jump is what the wall clock has gone by more, or less, than the monotonic clock since the last one, however often {@link #observe}
 * was called meanwhile; the time for which a process or a whole cluster was
 * down is not a jump.
 */
public final class LogClock {

  /** What was not followed of a jump is made up for by running faster by this part. Whatever expires does so earlier by as much. */
  static final int FASTER_BY_ONE_IN = 10;

  private static final long NANOS_PER_MILLI = 1_000_000;

  /**
   * By so much two clocks that are cut to whole milliseconds seem to differ at one moment and not at the next. Each such step taken for
   * a jump, a busy leader would soon have forgotten what its clock was set back by, and what of a jump it has ignored.
   */
  private static final long ROUNDING_MILLIS = 1;

  private final long maxJumpMillis;
  private long lastNanos;
  private long lastWallMillis;

  /** How far the wall clock is ahead of the monotonic clock, as at the last jump, or at the beginning. */
  private long aheadMillis;

  /** By how much log time is behind the wall clock because it didn't follow it. */
  private long ignoredMillis;

  /** By how much it was set back, for more than was ignored, and has not been set right again since. */
  private long setBackMillis;

  /** What has passed and is too short yet to make up for a millisecond. */
  private long uncountedNanos;

  /** Of the end of the log. */
  private long logTimeMillis = Long.MIN_VALUE;

  /** When {@link #logTimeMillis} was seen first: log time has stood still since. */
  private long logTimeSinceNanos;

  /**
   * Starts at the given readings.
   *
   * @param maxJumpMillis how far the wall clock may run ahead of the monotonic clock at once
   */
  public LogClock(long maxJumpMillis, long nowNanos, long wallMillis) {
    this.maxJumpMillis = maxJumpMillis;
    this.lastNanos = nowNanos;
    this.lastWallMillis = wallMillis;
    this.aheadMillis = wallMillis - toMillis(nowNanos);
    this.logTimeSinceNanos = nowNanos;
  }

  /**
   * Takes new readings.
   *
   * @param newLogTimeMillis of the end of the log, whoever gave it
   * @return by how many milliseconds a jump was cut short; zero if there was none
   */
  public long observe(long nowNanos, long wallMillis, long newLogTimeMillis) {
    if (newLogTimeMillis != logTimeMillis) {
      // It came right after the readings before these.
      logTimeMillis = newLogTimeMillis;
      logTimeSinceNanos = lastNanos;
    }
    makeUp(Math.max(0, nowNanos - lastNanos));
    long expectedMillis = toMillis(nowNanos) + aheadMillis;
    long jump = wallMillis - expectedMillis;
    lastNanos = nowNanos;
    lastWallMillis = wallMillis;
    if (Math.abs(jump) <= ROUNDING_MILLIS) {
      return 0;
    }
    aheadMillis += jump;
    if (jump < 0) {
      // If somebody has set a clock right that had jumped ahead,
      // what was ignored of that jump is gone with it.
      long undoneMillis = Math.min(ignoredMillis, -jump);
      ignoredMillis -= undoneMillis;
      setBackMillis += -jump - undoneMillis;
      return 0;
    }
    // One that was set back and is set right again shows what it would have shown all along.
    // That it lags behind another's wrong clock, or its own of before, is none of that.
    long behindMillis = logTimeMillis
        + (nowNanos - logTimeSinceNanos) / NANOS_PER_MILLI
        - (expectedMillis - ignoredMillis);
    long rightMillis = Math.min(setBackMillis, behindMillis);
    long followedMillis = Math.min(jump, Math.max(maxJumpMillis, rightMillis));
    setBackMillis -= Math.min(setBackMillis, followedMillis);
    ignoredMillis += jump - followedMillis;
    return jump - followedMillis;
  }

  private static long toMillis(long nanos) {
    return Math.floorDiv(nanos, NANOS_PER_MILLI);
  }

  private void makeUp(long elapsedNanos) {
    uncountedNanos += elapsedNanos;
    long millis = uncountedNanos / (FASTER_BY_ONE_IN * NANOS_PER_MILLI);
    uncountedNanos -= millis * FASTER_BY_ONE_IN * NANOS_PER_MILLI;
    ignoredMillis -= Math.min(ignoredMillis, millis);
  }

  /** The log time of a batch that follows one with {@code previousMillis}. */
  public long next(long previousMillis) {
    return Math.max(previousMillis, lastWallMillis - ignoredMillis);
  }
}
