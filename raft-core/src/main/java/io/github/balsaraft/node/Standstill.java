package io.github.balsaraft.node;

/**
 * Whether somebody at work may be waited for: as long as it gets on, and for a while when it doesn't, as a state machine that restores its
 * state. One that hangs would be waited for without end. On any thread.
 */
final class Standstill {

  private final long patienceNanos;
  private boolean isWatching;
  private Object seen = "";
  private long sinceNanos;

  Standstill(long patienceNanos) {
    this.patienceNanos = patienceNanos;
  }

  /**
   * Takes a look; true if it is not over yet that something may come of waiting.
   *
   * @param progress equals that of the last look if it hasn't got on since
   */
  synchronized boolean mayGoOn(boolean isAtWork, Object progress, long nowNanos) {
    if (!isAtWork) {
      isWatching = false;
      return false;
    }
    if (!isWatching || !seen.equals(progress)) {
      isWatching = true;
      seen = progress;
      sinceNanos = nowNanos;
    }
    return nowNanos - sinceNanos < patienceNanos;
  }
}
