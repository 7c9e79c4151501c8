package io.github.balsaraft.examples.kv.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the bytes of answers that were made for single clients and that these have not taken yet, over all connections of one server.
 * A sixteenth of it comes on top for short ones. That is counted apart, so that they are given while long ones wait, however long these
 * are. Thread-safe.
 */
final class AnswerBudget {

  /** An answer of no more bytes is a short one. */
  static final int SHORT_BYTES = 16 << 10;

  private static final int SHORT_PART = 16;

  /** Reads that are answered together take no greater part of all, and one value, so that those of several clients have room. */
  private static final int READ_PART = 4;

  private final long maxBytes;
  private final AtomicLong usedBytes = new AtomicLong();
  private final AtomicLong shortUsedBytes = new AtomicLong();

  AnswerBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes some bytes, or none and says no. */
  boolean tryTake(long bytes) {
    return take(bytes, usedBytes, maxBytes);
  }

  /**
   * As {@link #tryTake}; but an answer that is longer than all of this is given while hardly anything is taken, since it would never be
   * otherwise.
   */
  boolean tryTakeNeeded(long bytes) {
    long limit = bytes > maxBytes ? bytes + maxBytes / SHORT_PART : maxBytes;
    return take(bytes, usedBytes, limit);
  }

  /** Takes them from what is for short answers only; to be given back with {@link #giveBackShort}. */
  boolean tryTakeShort(long bytes) {
    return bytes <= SHORT_BYTES && take(bytes, shortUsedBytes, maxBytes / SHORT_PART);
  }

  private static boolean take(long bytes, AtomicLong usedBytes, long limit) {
    long used = usedBytes.get();
    while (used + bytes <= limit) {
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

  void giveBackShort(long bytes) {
    shortUsedBytes.addAndGet(-bytes);
  }

  /** How much is taken now. */
  long usedBytes() {
    return usedBytes.get() + shortUsedBytes.get();
  }

  /** How many bytes reads may copy that are answered together, and one value more. */
  long maxReadBytes() {
    return maxBytes / READ_PART;
  }
}
