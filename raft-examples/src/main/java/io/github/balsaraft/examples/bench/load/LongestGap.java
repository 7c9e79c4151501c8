package io.github.balsaraft.examples.bench.load;

/** The longest time without an acknowledgement. Any thread may tell of one, and ask. */
public final class LongestGap {

  private long lastNanos;
  private long longestNanos;

  /** Begins now. */
  public LongestGap(long nowNanos) {
    lastNanos = nowNanos;
  }

  /** Something was acknowledged. */
  public synchronized void acknowledged(long nowNanos) {
    longestNanos = Math.max(longestNanos, nowNanos - lastNanos);
    lastNanos = nowNanos;
  }

  /** The longest since the last question, in milliseconds, or since the beginning; the one that lasts counts for as long as it has lasted. */
  public synchronized double takeMillis(long nowNanos) {
    double millis = Math.max(longestNanos, nowNanos - lastNanos) / 1e6;
    longestNanos = 0;
    return millis;
  }
}
