package io.github.balsaraft.session;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Runs steps one at a time, in order, on threads that are shared with others. */
final class SerialSteps {

  private static final int MAX_AT_ONCE = 1024;

  /** Arms a timer, which may throw. */
  interface Timer {
    void schedule(long pauseNanos, Runnable task);
  }

  /** How soon it is tried again if the threads could not be asked for a turn. */
  private static final long RETRY_NANOS = 10_000_000L;

  private enum State {
    IDLE,
    /** A turn was asked for that has not begun. */
    SCHEDULED,
    RUNNING
  }

  private final Executor executor;
  private final Timer timer;
  private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();

  /** Steps that were added and have not run. */
  private final AtomicInteger pending = new AtomicInteger();

  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

  SerialSteps(Executor executor, Timer timer) {
    this.executor = executor;
    this.timer = timer;
  }

  /** Adds a step, which must not throw. On any thread. */
  void add(Runnable step) {
    queue.add(step);
    pending.incrementAndGet();
    scheduleIfIdle();
  }

  private void scheduleIfIdle() {
    if (pending.get() == 0 || !state.compareAndSet(State.IDLE, State.SCHEDULED)) {
      return;
    }
    try {
      executor.execute(this::runSome);
    } catch (RejectedExecutionException e) {
      // The threads have ended. What is left only tells callers so.
      runSome();
    } catch (RuntimeException | Error e) {
      // Such as that memory has run out, or that there are no more threads. The turn may come all
      // the same, since some executors keep what they can't begin.
      if (state.compareAndSet(State.SCHEDULED, State.IDLE)) {
        scheduleLater();
      }
    }
  }

  private void scheduleLater() {
    try {
      timer.schedule(RETRY_NANOS, this::scheduleIfIdle);
    } catch (RuntimeException | Error e) {
      // Then whoever adds the next step, if only a timer that was armed before, tries again.
    }
  }

  private void runSome() {
    // The second is for a turn that was taken for one that won't come.
    if (!state.compareAndSet(State.SCHEDULED, State.RUNNING)
        && !state.compareAndSet(State.IDLE, State.RUNNING)) {
      return;
    }
    int present = Math.min(pending.get(), MAX_AT_ONCE);
    int run = 0;
    try {
      while (run < present) {
        Runnable step = queue.remove();
        run++;
        step.run();
      }
    } finally {
      pending.addAndGet(-run);
      state.set(State.IDLE);
      scheduleIfIdle();
    }
  }
}
