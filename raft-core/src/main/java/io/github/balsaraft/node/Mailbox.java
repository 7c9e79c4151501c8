package io.github.balsaraft.node;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue whose entries are handled one at a time, in order, on threads that it shares with others. While one batch is
 * handled the next gathers, so that a busy mailbox works in batches without ever waiting for one to fill. A group that
 * handles one event a turn has 0.37 times the writes of 256 B x 1,024, at 3.6 times the processor time (docs/benchmarks.md).
 *
 * <p>Its length is bounded by those who fill it: proposals and reads by budgets of bytes, other questions by their number,
 * messages by the windows of their senders, completions by what was asked for.
 */
final class Mailbox<E> {

  private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

  /** So many at once, then others get their turn on the thread. */
  private static final int MAX_BATCH = 4096;

  private final Executor executor;
  private final Handler<E> handler;
  private final Queue<E> queue = new ConcurrentLinkedQueue<>();
  private final Runnable turn = this::takeTurn;

  /** Entries offered and not handled yet. Whoever raises it from zero schedules the handling. */
  private final AtomicInteger pending = new AtomicInteger();

  /**
   * The right to handle waits for a task to take it. It is this that is held by one alone, not the presence of a task: an executor that has
   * thrown may have taken the task all the same, as where the stack or the memory ends behind that.
   */
  private final AtomicBoolean granted = new AtomicBoolean();

  /**
   * Nobody has the right to handle although entries wait, since the executor could not take the turn, as without memory. Whoever takes this
   * back has it. Invariant: false whenever nothing is pending.
   */
  private final AtomicBoolean hasNoTurn = new AtomicBoolean();

  Mailbox(Executor executor, Handler<E> handler) {
    this.executor = executor;
    this.handler = handler;
  }

  /**
   * Adds an entry. May be called from any thread and never blocks. An entry for which no turn could be scheduled waits for the next that is
   * offered: once it is in the queue this doesn't throw, or its caller would take it for one that is not handled.
   */
  void offer(E entry) {
    queue.add(entry);
    if (pending.getAndIncrement() == 0) {
      schedule();
    } else {
      wake();
    }
  }

  /** For who offers nothing since what it has to say is part of an entry that waits: that may have got no turn. On any thread. */
  void wake() {
    if (hasNoTurn.get() && hasNoTurn.getAndSet(false)) {
      schedule();
    }
  }

  /** Entries that wait or are being handled. */
  int size() {
    return pending.get();
  }

  /** Shows the entries that wait, about as they are now; they stay. May be called from any thread. */
  void forEachWaiting(Consumer<E> look) {
    queue.forEach(look);
  }

  /** The caller has the right to handle, and gives it away. */
  private void schedule() {
    granted.setRelease(true);
    try {
      executor.execute(turn);
    } catch (RejectedExecutionException e) {
      // The host's threads have ended, so the handler only refuses by now. Its callers must still
      // be told, and this thread may do so.
      takeTurn();
    } catch (Throwable e) {
      // A task that is in the queue all the same finds the right gone, if it hasn't taken it by
      // now.
      if (granted.getAndSet(false)) {
        // First of all: without memory what follows may fail as well.
        hasNoTurn.set(true);
        warnOf(e);
      }
    }
  }

  private static void warnOf(Throwable cause) {
    try {
      LOG.error("a queue got no thread; what waits in it is handled when more comes", cause);
    } catch (Throwable e) {
      // There is nobody else to tell.
    }
  }

  private void takeTurn() {
    if (granted.getAndSet(false)) {
      handleBatch();
    }
  }

  private void handleBatch() {
    int handled = 0;
    int present = Math.min(pending.get(), MAX_BATCH);
    try {
      while (handled < present) {
        E entry = queue.poll();
        if (entry == null) {
          break;
        }
        handled++;
        handler.handle(entry);
      }
      handler.endOfBatch();
    } finally {
      // Even if the handler threw: a queue that nobody empties
      // any more would leave its callers waiting for ever.
      if (pending.addAndGet(-handled) > 0) {
        schedule();
      }
    }
  }

  /** Handles the entries. Must not throw: it deals with failures itself. */
  interface Handler<E> {
    /** One entry. */
    void handle(E entry);

    /** After the last entry of a batch. */
    void endOfBatch();
  }
}
