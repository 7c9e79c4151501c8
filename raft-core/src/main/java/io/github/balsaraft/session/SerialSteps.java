package io.github.balsaraft.session;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs steps one at a time, in order, on threads that are shared with others. */
final class SerialSteps {

  private static final int MAX_AT_ONCE = 1024;

  private final Executor executor;
  private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();

  /** Steps that were added and have not run. Whoever raises it from zero schedules them. */
  private final AtomicInteger pending = new AtomicInteger();

  SerialSteps(Executor executor) {
    this.executor = executor;
  }

  /** Adds a step, which must not throw. On any thread. */
  void add(Runnable step) {
    queue.add(step);
    if (pending.getAndIncrement() == 0) {
      schedule();
    }
  }

  private void schedule() {
    try {
      executor.execute(this::runSome);
    } catch (RejectedExecutionException e) {
      // The threads have ended. What is left only tells callers so.
      runSome();
    }
  }

  private void runSome() {
    int present = Math.min(pending.get(), MAX_AT_ONCE);
    int run = 0;
    try {
      while (run < present) {
        Runnable step = queue.remove();
        run++;
        step.run();
      }
    } finally {
      if (pending.addAndGet(-run) > 0) {
        schedule();
      }
    }
  }
}
