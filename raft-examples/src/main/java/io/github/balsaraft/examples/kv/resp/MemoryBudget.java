package io.github.balsaraft.examples.kv.resp;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the bytes of all requests that are being received or wait to be answered, over all connections of one server.
 * Each connection has bounds of its own; this one is for many connections at once.
 *
 * <p>A part of it is kept for short requests, so that a server that has no memory for values can still be asked how it is.
 */
public final class MemoryBudget {

  /** A request of no more bytes is a short one. */
  static final int SHORT_REQUEST_BYTES = 4 << 10;

  private static final int RESERVED_PART = 16;
  private static final int SHORT_PART = 4;

  private final long maxBytes;
  private final long maxBytesOfLong;
  private final AtomicLong usedBytes = new AtomicLong();

  public MemoryBudget(long maxBytes) {
    this.maxBytes = maxBytes;
    this.maxBytesOfLong = maxBytes - maxBytes / RESERVED_PART;
  }

  /**
   * Takes some bytes, or none and says no.
   *
   * @param requestBytes how many the request has as far as it is known, these included
   */
  public boolean tryTake(int bytes, long requestBytes) {
    long limit = requestBytes <= SHORT_REQUEST_BYTES ? maxBytes : maxBytesOfLong;
    if (usedBytes.addAndGet(bytes) > limit) {
      usedBytes.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  /** Whether so much is taken that a long request may be refused. */
  public boolean isShort() {
    return usedBytes.get() > maxBytes / SHORT_PART;
  }

  /** Gives back what was taken. */
  public void giveBack(int bytes) {
    usedBytes.addAndGet(-bytes);
  }

  /** How much is taken now. */
  public long usedBytes() {
    return usedBytes.get();
  }
}
