package io.github.balsaraft.node;

import java.util.concurrent.atomic.AtomicBoolean;

/** The part of a budget that a request of a caller here holds, from its arrival to its first end. Thread-safe. */
final class BudgetShare {

  private final AtomicBoolean ended = new AtomicBoolean();
  private final Budget budget;
  private final long bytes;
  private final Runnable endedTwice;
  private volatile boolean abandoned;

  /**
   * Begins to hold it.
   *
   * @param budget of which {@code bytes} were taken for the request
   * @param endedTwice told if a second end comes, unless the request was abandoned
   */
  BudgetShare(Budget budget, long bytes, Runnable endedTwice) {
    this.budget = budget;
    this.bytes = bytes;
    this.endedTwice = endedTwice;
  }

  /** The request is given up while a thread may still be about to end it: nobody waits for that, and it is no mistake. */
  void abandon() {
    abandoned = true;
  }

  /** Returns whether this is the first end, which counts. The budget is free then, before a callback asks for it. */
  boolean end() {
    if (ended.getAndSet(true)) {
      if (!abandoned) {
        endedTwice.run();
      }
      return false;
    }
    budget.giveBack(bytes);
    return true;
  }
}
