package io.github.balsaraft.node;

/**
 * Since when the state machine has applied nothing although there is something to apply. Looks now and then, so it may be late by the time
 * between two looks. Used by the mailbox's thread only.
 */
final class ApplyProgress {

  private static final long NOTHING_TO_APPLY = -1;

  private long appliedIndex;
  private long waitingSinceNanos = NOTHING_TO_APPLY;

  /**
   * Takes a look.
   *
   * @param toIndex what may be applied: committed, and durable here
   */
  void observe(long nowAppliedIndex, long toIndex, long nowNanos) {
    if (nowAppliedIndex >= toIndex) {
      waitingSinceNanos = NOTHING_TO_APPLY;
    } else if (waitingSinceNanos == NOTHING_TO_APPLY || nowAppliedIndex != appliedIndex) {
      waitingSinceNanos = nowNanos;
    }
    appliedIndex = nowAppliedIndex;
  }

  /** Since when; -1 if there is nothing to apply. */
  long waitingSinceNanos() {
    return waitingSinceNanos;
  }
}
