package io.github.balsaraft.examples.kv.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the bytes of answers that were made for single clients and that these have not taken yet, over all connections of one server.
 * A sixteenth of it comes on top for short ones, so that they are given while long ones wait. Thread-safe.
 */
final class AnswerBudget {

  /** An answer of no more bytes is a short one. */
  static final int SHORT_BYTES = 16 << 10;

  private static final int TOP_PART = 16;

  private final long maxBytes;
  private final AtomicLong usedBytes = new AtomicLong();

  AnswerBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes some bytes, or none and says no. */
  boolean tryTake(long bytes) {
    return tryTake(bytes, false);
  }

  /**
   * As {@link #tryTake}; but any number while nothing is taken: an answer that is longer than all of this would never be
   * given otherwise.
   */
  boolean tryTakeNeeded(long bytes) {
    return tryTake(bytes, true);
  }

  private boolean tryTake(long bytes, boolean needed) {
    long limit = bytes <= SHORT_BYTES ? maxBytes + maxBytes / TOP_PART : maxBytes;
    long used = usedBytes.get();
    while (used + bytes <= limit || (needed && used == 0)) {
      if (usedBytes.compareAndSet(used, used + bytes)) {
        return true;
      }
      used = usedBytes.get();
    }
    return false;
  }

  void giveBack(long bytes) {
    usedBytes.addAndGet(-bytes);
  }

  /** How much is taken now. */
  long usedBytes() {
    return usedBytes.get();
  }
}
