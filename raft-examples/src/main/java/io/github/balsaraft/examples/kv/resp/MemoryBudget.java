package io.github.balsaraft.examples.kv.resp;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the bytes of all requests that are being received or wait to be answered, over all connections of one server.
 * Each connection has bounds of its own; this one is for many connections at once.
 */
public final class MemoryBudget {

  private final long maxBytes;
  private final AtomicLong usedBytes = new AtomicLong();

  public MemoryBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes some bytes, or none and says no. */
  public boolean tryTake(int bytes) {
    if (usedBytes.addAndGet(bytes) > maxBytes) {
      usedBytes.addAndGet(-bytes);
      return false;
    }
    return true;
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
