package io.github.balsaraft.node;

import java.util.concurrent.atomic.AtomicLong;

/** How much of something may be under way at once, such as bytes of proposals. Thread-safe. */
final class Budget {

  private final long max;
  private final AtomicLong taken = new AtomicLong();

  Budget(long max) {
    this.max = max;
  }

  /** Takes so much, or nothing if that would be too much. What was taken must be given back exactly once. */
  boolean take(long amount) {
    if (taken.addAndGet(amount) > max) {
      taken.addAndGet(-amount);
      return false;
    }
    return true;
  }

  void giveBack(long amount) {
    taken.addAndGet(-amount);
  }

  /** How much is under way. */
  long taken() {
    return taken.get();
  }

  long max() {
    return max;
  }
}
