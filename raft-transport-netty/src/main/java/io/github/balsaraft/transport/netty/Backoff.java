package io.github.balsaraft.transport.netty;

import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next attempt: doubled after each failure, up to a bound, and then shortened by up to a half
 * at random, so that hosts that lost a peer together don't come back together. Not thread-safe.
 */
final class Backoff {

  private final long minMillis;
  private final long maxMillis;
  private final DoubleSupplier random;
  private long nextMillis;

  /** The random source gives numbers from 0 to 1. */
  Backoff(long minMillis, long maxMillis, DoubleSupplier random) {
    this.minMillis = minMillis;
    this.maxMillis = maxMillis;
    this.random = random;
    this.nextMillis = minMillis;
  }

  long nextDelayMillis() {
    long full = nextMillis;
    nextMillis = Math.min(maxMillis, full * 2);
    return Math.max(1, full - (long) (full / 2.0 * random.getAsDouble()));
  }

  void reset() {
    nextMillis = minMillis;
  }
}
