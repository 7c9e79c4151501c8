package io.github.balsaraft.api;

import java.time.Duration;

/**
 * The settings of one {@link RaftSession}.
 *
 * @param deadline how long a command is tried to be applied, unless its call says otherwise; default 30 s
 * @param expiry how long after its last use the group keeps the session, by log time, and with it the knowledge of what was
 *     applied; at least twice the deadline, from 1 s to 7 days; default 10 minutes
 * @param maxInFlight how many commands may be under way; further ones wait; at most 1,000; default 256
 * @param maxPendingBytes the most bytes of commands that are under way or wait, each with 256 bytes besides; beyond it further ones are
 *     refused with an {@link OverloadedException}, and one that never fits with a {@link CommandTooLargeException}; default 64 MiB
 * @param minBackoff about how long the first pause is before a command is tried again; each further one is twice as long; default
 *     10 ms
 * @param maxBackoff no pause is longer; default 1 s
 */
public record SessionOptions(
    Duration deadline,
    Duration expiry,
    int maxInFlight,
    long maxPendingBytes,
    Duration minBackoff,
    Duration maxBackoff) {

  private static final SessionOptions DEFAULTS = new SessionOptions(
      Duration.ofSeconds(30),
      Duration.ofMinutes(10),
      256,
      64L << 20,
      Duration.ofMillis(10),
      Duration.ofSeconds(1));

  /**
   * Checks the combination.
   *
   * @throws IllegalArgumentException if it can't work; the message says why
   */
  public SessionOptions {
    require(deadline.compareTo(Duration.ZERO) > 0, "deadline must be positive");
    require(
        expiry.compareTo(Duration.ofSeconds(1)) >= 0 && expiry.compareTo(Duration.ofDays(7)) <= 0,
        "expiry must be from 1 s to 7 days");
    require(
        expiry.dividedBy(2).compareTo(deadline) >= 0,
        "expiry must be at least twice the deadline, or a command may be forgotten while it is tried"
            + " again");
    require(maxInFlight > 0 && maxInFlight <= 1000, "maxInFlight must be from 1 to 1000");
    require(maxPendingBytes > 0, "maxPendingBytes must be positive");
    require(minBackoff.compareTo(Duration.ZERO) > 0, "minBackoff must be positive");
    require(maxBackoff.compareTo(minBackoff) >= 0, "maxBackoff must not be below minBackoff");
    require(maxBackoff.compareTo(Duration.ofHours(1)) <= 0, "maxBackoff can be at most an hour");
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** All defaults. */
  public static SessionOptions defaults() {
    return DEFAULTS;
  }

  /** With another {@link #deadline}. */
  public SessionOptions withDeadline(Duration newDeadline) {
    return new SessionOptions(
        newDeadline, expiry, maxInFlight, maxPendingBytes, minBackoff, maxBackoff);
  }

  /** With another {@link #expiry}. */
  public SessionOptions withExpiry(Duration newExpiry) {
    return new SessionOptions(
        deadline, newExpiry, maxInFlight, maxPendingBytes, minBackoff, maxBackoff);
  }

  /** With another {@link #maxInFlight}. */
  public SessionOptions withMaxInFlight(int commands) {
    return new SessionOptions(deadline, expiry, commands, maxPendingBytes, minBackoff, maxBackoff);
  }

  /** With another {@link #maxPendingBytes}. */
  public SessionOptions withMaxPendingBytes(long bytes) {
    return new SessionOptions(deadline, expiry, maxInFlight, bytes, minBackoff, maxBackoff);
  }

  /** With other pauses before a command is tried again. */
  public SessionOptions withBackoff(Duration min, Duration max) {
    return new SessionOptions(deadline, expiry, maxInFlight, maxPendingBytes, min, max);
  }
}
