package io.github.balsaraft.examples.kv.faults;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A moment in a workload, and when the first write was acknowledged that had been sent after it. */
final class Mark {

  private final long setNanos = System.nanoTime();
  private final AtomicLong gapNanos = new AtomicLong(-1);

  /** A write that was sent after this moment has been acknowledged. */
  void acknowledged() {
    if (gapNanos.get() < 0) {
      gapNanos.compareAndSet(-1, System.nanoTime() - setNanos);
    }
  }

  boolean isAcknowledged() {
    return gapNanos.get() >= 0;
  }

  /** For how long no write went through. */
  Duration gap() {
    if (!isAcknowledged()) {
      throw new IllegalStateException("no write went through yet");
    }
    return Duration.ofNanos(gapNanos.get());
  }
}
