package io.github.balsaraft.examples.kv.server;

import java.time.Duration;

/** Counts what has begun and not ended, and lets others wait until nothing is left. Thread-safe. */
final class UnderWay {

  private int count;

  synchronized void begin() {
    count++;
  }

  /** Begins unless there are so many already. */
  synchronized boolean tryBegin(int most) {
    if (count >= most) {
      return false;
    }
    count++;
    return true;
  }

  synchronized void end() {
    count--;
    if (count == 0) {
      notifyAll();
    }
  }

  /**
   * Waits until nothing is under way; false if that takes longer, or the thread is interrupted, which it then still is.
   */
  synchronized boolean awaitNone(Duration patience) {
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    try {
      while (count > 0) {
        long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (leftMillis <= 0) {
          return false;
        }
        wait(leftMillis);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
