package io.github.balsaraft.node;

import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

/**
 * Wakes whoever ends reads that have waited too long. One timer at a time, and not one for each read (what that saves was not measured):
 * one that fires too early sets the next. It needs no apply thread, for those may be what the reads wait for. Thread-safe.
 */
final class ReadExpiry {

  private static final long NOT_ARMED = Long.MAX_VALUE;

  /** Earlier than any deadline, so that no timer is set any more. */
  private static final long STOPPED = Long.MIN_VALUE;

  /** Looking through all that wait takes its time: not for each of them. */
  private static final long PAUSE_NANOS = 10_000_000;

  /** And not all of the thread's time, however many wait. */
  private static final long PAUSE_PER_LOOK = 20;

  private final HostEnvironment environment;
  private final SerialTasks looks;
  private final LongUnaryOperator expire;

  /** Written under this object's lock. */
  private volatile long armedForNanos = NOT_ARMED;

  private Runnable cancelTimer = () -> {};

  /**
   * @param expire ends those whose time is over at a moment, and says when that of the next is; {@link Long#MAX_VALUE} if none waits.
   *     Called on a thread of {@link HostEnvironment#callers}
   * @param onFailure hears what it has thrown
   */
  ReadExpiry(HostEnvironment environment, LongUnaryOperator expire, Consumer<Throwable> onFailure) {
    this.environment = environment;
    this.looks = new SerialTasks(environment.callers(), onFailure);
    this.expire = expire;
  }

  /** A read that can be found by now waits until then. */
  void arm(long deadlineNanos) {
    if (deadlineNanos < armedForNanos) {
      armEarlier(deadlineNanos);
    } else {
      looks.wake();
    }
  }

  /** Nobody waits any more, nor will: the timer, which may be one for years, goes. */
  synchronized void stop() {
    cancelTimer.run();
    cancelTimer = () -> {};
    armedForNanos = STOPPED;
  }

  private synchronized void armEarlier(long deadlineNanos) {
    if (deadlineNanos < armedForNanos) {
      cancelTimer.run();
      armedForNanos = deadlineNanos;
      cancelTimer =
          environment.schedule(deadlineNanos, () -> looks.run(() -> fired(deadlineNanos)));
    }
  }

  private synchronized void disarm(long deadlineNanos) {
    if (armedForNanos == deadlineNanos) {
      armedForNanos = NOT_ARMED;
    }
  }

  private void fired(long deadlineNanos) {
    // First, so that whoever comes after this look arms it anew.
    disarm(deadlineNanos);
    long nowNanos = environment.nowNanos();
    long next = expire.applyAsLong(nowNanos);
    if (next != Long.MAX_VALUE) {
      long endNanos = environment.nowNanos();
      arm(Math.max(next, endNanos + Math.max(PAUSE_NANOS, PAUSE_PER_LOOK * (endNanos - nowNanos))));
    }
  }
}
