package io.github.balsaraft.model;

/**
 * What a group has agreed on leases (Raft thesis 6.4.1). Part of the configuration, because a lease is only as good as the
 * voters that honour it: no member may go by less.
 *
 * @param permitted whether a leader may answer reads by its lease
 * @param windowMillis for how long after hearing a leader a voter refuses its vote to others, whatever its own settings say;
 *     zero unless permitted
 * @param maxClockDriftPpm by how many parts per million the clocks of two members may run apart
 */
public record LeaseRules(boolean permitted, int windowMillis, int maxClockDriftPpm) {

  /**
   * The drift bound of those who name none, a tenth of a percent: twice of what clocks are slewed by while they are being set, one
   * forward and one back, and ten times of what quartz drifts.
   */
  public static final int DEFAULT_MAX_CLOCK_DRIFT_PPM = 1000;

  /** No leases, which is the default. */
  public static final LeaseRules FORBIDDEN = new LeaseRules(false, 0, 0);

  public LeaseRules {
    if (permitted ? windowMillis <= 0 : windowMillis != 0) {
      throw new IllegalArgumentException(
          "a lease has a window above zero, and there is none without leases; not " + windowMillis);
    }
    if (maxClockDriftPpm < 0 || maxClockDriftPpm >= 1_000_000) {
      throw new IllegalArgumentException(
          "a clock drift is 0 to 999999 ppm, not " + maxClockDriftPpm);
    }
  }

  /**
   * Leases with this window and the default drift bound. As long as the least election timeout is a good choice: for that time voters
   * refuse others anyway. What leases cost: failure hints shorten no election while they are permitted, and a voter that was just
   * started waits for one window.
   */
  public static LeaseRules permitted(int windowMillis) {
    return permitted(windowMillis, DEFAULT_MAX_CLOCK_DRIFT_PPM);
  }

  /** How long a lease is, from the sending of what a quorum has answered: the window less the drift. Zero without leases. */
  public long lengthNanos() {
    // Milliseconds times parts per million are nanoseconds.
    return windowMillis * (1_000_000L - maxClockDriftPpm);
  }

  /** Leases with this window and drift bound. */
  public static LeaseRules permitted(int windowMillis, int maxClockDriftPpm) {
    return new LeaseRules(true, windowMillis, maxClockDriftPpm);
  }
}
