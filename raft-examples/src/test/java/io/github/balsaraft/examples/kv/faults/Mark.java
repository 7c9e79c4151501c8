package io.github.balsaraft.examples.kv.faults;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A moment in a workload, and when the first write was acknowledged that had been sent after it. */
final class Mark {

  private final long beginNanos;
  private final AtomicLong gapNanos = new AtomicLong(-1);

  /**
   * Marks this moment.
   *
   * @param beginNanos from when on the gap counts: when the fault began that has just ended
   */
  Mark(long beginNanos) {
    this.beginNanos = beginNanos;
  }

  /** A write that was sent after this moment has been acknowledged. */
  void acknowledged() {
    if (gapNanos.get() < 0) {
      gapNanos.compareAndSet(-1, System.nanoTime() - beginNanos);
    }
  }

  boolean isAcknowledged() {
    return gapNanos.get() >= 0;
  }

  /** From the begin of the fault until a write went through. */
  Duration gap() {
    if (!isAcknowledged()) {
      throw new IllegalStateException("no write went through yet");
    }
    return Duration.ofNanos(gapNanos.get());
  }
}
