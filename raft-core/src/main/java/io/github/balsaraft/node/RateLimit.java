package io.github.balsaraft.node;

/**
 * So many bytes per second, as a bucket that fills with time: what is taken when it is empty has to wait. Thread-safe.
 */
final class RateLimit {

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** What nobody used for so long may be used at once. */
  private static final long MAX_CREDIT_NANOS = 100_000_000L;

  private final long bytesPerSecond;
  private long paidUntilNanos = Long.MIN_VALUE;

  /**
   * @param bytesPerSecond zero for no limit
   */
  RateLimit(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Takes so many bytes; returns how long to wait before they may go. */
  synchronized long takeNanos(long bytes, long nowNanos) {
    if (bytesPerSecond == 0) {
      return 0;
    }
    long from = Math.max(paidUntilNanos, nowNanos - MAX_CREDIT_NANOS);
    paidUntilNanos = from + (long) ((double) bytes / bytesPerSecond * NANOS_PER_SECOND);
    return Math.max(0, from - nowNanos);
  }
}
