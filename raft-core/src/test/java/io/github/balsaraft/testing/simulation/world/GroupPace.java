package io.github.balsaraft.testing.simulation.world;

/** Whether the state machine of one group at one host does anything, while those of other groups go on. Kept over restarts. */
final class GroupPace {

  private long stalledUntilNanos;

  /** Nothing is applied before this moment. */
  void stallUntil(long nanos) {
    stalledUntilNanos = Math.max(stalledUntilNanos, nanos);
  }

  /** What comes from now on doesn't wait. */
  void recover() {
    stalledUntilNanos = 0;
  }

  /** When a task may begin that comes now. */
  long begins(long nowNanos) {
    return Math.max(nowNanos, stalledUntilNanos);
  }
}
