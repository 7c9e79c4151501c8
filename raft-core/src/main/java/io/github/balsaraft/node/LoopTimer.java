package io.github.balsaraft.node;

import java.util.function.Consumer;

/**
 * Wakes a mailbox at the next deadline. One timer at a time: one that fires too early sets the next, and deadlines nearly
 * always move away (what that saves was not measured). Used by the mailbox's own tasks only.
 */
final class LoopTimer {

  private static final long NOT_ARMED = Long.MAX_VALUE;

  private final HostEnvironment environment;
  private final Consumer<Runnable> onMailbox;
  private long armedForNanos = NOT_ARMED;

  /**
   * @param onMailbox runs something on the mailbox, after which the deadline is looked at again; called on any thread
   */
  LoopTimer(HostEnvironment environment, Consumer<Runnable> onMailbox) {
    this.environment = environment;
    this.onMailbox = onMailbox;
  }

  /** Fires at this moment or before. */
  void arm(long deadlineNanos) {
    if (deadlineNanos < armedForNanos) {
      armedForNanos = deadlineNanos;
      environment.schedule(deadlineNanos, () -> onMailbox.accept(() -> fired(deadlineNanos)));
    }
  }

  private void fired(long deadlineNanos) {
    if (armedForNanos == deadlineNanos) {
      armedForNanos = NOT_ARMED;
    }
  }
}
