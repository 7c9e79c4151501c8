package io.github.balsaraft.examples.kv.server;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long to wait before the next entry that is to let keys expire: not at all, unless the last one let nothing expire, as when log time
 * doesn't follow a clock that has jumped. Each such entry is a synced write on a majority, so the waits behind them grow. One that failed
 * says nothing of log time, and is tried again soon. Not thread-safe.
 */
final class TickPatience {

  private static final Duration MOST = Duration.ofSeconds(5);

  private static final Duration LEAST = Duration.ofMillis(100);

  private final LongSupplier nanos;

  private long waitNanos;
  private long notBeforeNanos;

  /**
   * None to wait for so far.
   *
   * @param nanos a clock that never goes back
   */
  TickPatience(LongSupplier nanos) {
    this.nanos = nanos;
    this.notBeforeNanos = nanos.getAsLong();
  }

  /** Whether there may be an entry now. */
  boolean isOver() {
    return nanos.getAsLong() - notBeforeNanos >= 0;
  }

  /** The entry has let keys expire. */
  void reached() {
    waitNanos = 0;
    notBeforeNanos = nanos.getAsLong();
  }

  /** It has not: log time stands still. */
  void missed() {
    waitNanos = Math.min(MOST.toNanos(), Math.max(LEAST.toNanos(), 2 * waitNanos));
    notBeforeNanos = nanos.getAsLong() + waitNanos;
  }

  /** There was none, or nobody knows of it: overload, a change of leaders or a quorum that is missing, which may be over any moment. */
  void failed() {
    notBeforeNanos = nanos.getAsLong() + LEAST.toNanos();
  }
}
