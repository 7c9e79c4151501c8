package io.github.balsaraft.transport.netty;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * For how long this machine has stood still at the most, by a thread that does nothing but look at the clock: what is under test
 * may be slow, and must not be excused by that.
 */
final class StandstillWatch implements AutoCloseable {

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private volatile long longestNanos;
  private volatile long lookedNanos = System.nanoTime();
  private volatile boolean closed;

  /** From now on. */
  StandstillWatch() {
    Thread thread = new Thread(this::look, "standstill-watch");
    thread.setDaemon(true);
    thread.start();
  }

  private void look() {
    while (!closed) {
      LockSupport.parkNanos(LOOK_NANOS);
      long nowNanos = System.nanoTime();
      longestNanos = Math.max(longestNanos, nowNanos - lookedNanos);
      lookedNanos = nowNanos;
    }
  }

  /** Until now. */
  long longestNanos() {
    // In this order: what has ended since is counted as the longest by then.
    long goesOnNanos = -lookedNanos + System.nanoTime();
    return Math.max(goesOnNanos, longestNanos);
  }

  @Override
  public void close() {
    closed = true;
  }
}
