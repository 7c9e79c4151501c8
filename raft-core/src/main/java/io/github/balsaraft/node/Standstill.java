package io.github.balsaraft.node;

/**
 * Whether a state machine that has something to apply may be waited for: as long as it gets on, and for a while when it doesn't, as when it
 * restores its state. One that hangs would be waited for without end. On any thread.
 */
final class Standstill {

  private final long patienceNanos;
  private boolean isWatching;
  private long appliedIndex;
  private long sinceNanos;

  Standstill(long patienceNanos) {
    this.patienceNanos = patienceNanos;
  }

  /** Takes a look; true if it is not over yet that something may come of waiting. */
  synchronized boolean mayGoOn(boolean hasMoreToApply, long nowAppliedIndex, long nowNanos) {
    if (!hasMoreToApply) {
      isWatching = false;
      return false;
    }
    if (!isWatching || nowAppliedIndex != appliedIndex) {
      isWatching = true;
      appliedIndex = nowAppliedIndex;
      sinceNanos = nowNanos;
    }
    return nowNanos - sinceNanos < patienceNanos;
  }
}
