package io.github.balsaraft.node;

import io.github.balsaraft.api.RaftEvent;
import io.github.balsaraft.api.RaftListener;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The events that wait for one listener, told one at a time on another thread. Of more than fit the oldest are dropped: the last
 * is how things stand. Thread-safe; the listener is called without a lock.
 */
final class ListenerQueue {

  /** So many at once, then other listeners get their turn on the thread. */
  private static final int MAX_BATCH = 64;

  private final RaftListener listener;
  private final Executor executor;
  private final Consumer<Throwable> onFailure;
  private final LongConsumer onDropped;

  // Guarded by this.
  private final ArrayDeque<RaftEvent> waiting = new ArrayDeque<>();
  private long dropped;
  private long lastDroppedTerm;
  private boolean scheduled;

  private volatile boolean removed;

  /**
   * @param onFailure hears what the listener throws, and why it could not be told
   * @param onDropped hears how many events were dropped
   */
  ListenerQueue(
      RaftListener listener,
      Executor executor,
      Consumer<Throwable> onFailure,
      LongConsumer onDropped) {
    this.listener = listener;
    this.executor = executor;
    this.onFailure = onFailure;
    this.onDropped = onDropped;
  }

  boolean isOf(RaftListener other) {
    return listener == other;
  }

  /** Tells nothing more; what is being told is still told. */
  void remove() {
    removed = true;
  }

  boolean isRemoved() {
    return removed;
  }

  void offer(RaftEvent event) {
    boolean schedule;
    boolean full;
    synchronized (this) {
      full = waiting.size() >= RaftListener.MAX_WAITING_EVENTS;
      if (full) {
        lastDroppedTerm = waiting.removeFirst().term();
        dropped++;
      }
      waiting.addLast(event);
      schedule = !scheduled;
      scheduled = true;
    }
    if (full) {
      onDropped.accept(1);
    }
    if (schedule) {
      schedule();
    }
  }

  /** Whatever goes wrong here must not reach the caller: it is the replica, for which nobody has to listen. */
  private void schedule() {
    try {
      executor.execute(this::tellBatch);
    } catch (RejectedExecutionException e) {
      // The host's threads have ended: who listens has heard
      // all that there is to hear, and more isn't told.
      removed = true;
    } catch (Throwable e) {
      // No thread could be created, say. What waits is told when the next event finds one.
      synchronized (this) {
        scheduled = false;
      }
      report(e);
    }
  }

  /** Lets others have their turn now and then; but where nobody goes on with the rest, it tells that itself. */
  private void tellBatch() {
    do {
      for (int told = 0; told < MAX_BATCH; told++) {
        RaftEvent next = takeNext();
        if (next == null) {
          return;
        }
        if (!removed) {
          tell(next);
        }
      }
    } while (!isTakenOver());
  }

  /** Who reports a failure may fail as well, and what waits is told all the same. */
  private void report(Throwable failure) {
    try {
      onFailure.accept(failure);
    } catch (Throwable e) {
      // There is nobody left to tell.
    }
  }

  private boolean isTakenOver() {
    try {
      executor.execute(this::tellBatch);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    } catch (Throwable e) {
      report(e);
      return false;
    }
  }

  /** Null if there is none, and then whoever offers one schedules the telling anew. */
  private synchronized @Nullable RaftEvent takeNext() {
    if (dropped > 0) {
      RaftEvent gap = new RaftEvent.EventsDropped(lastDroppedTerm, dropped);
      dropped = 0;
      return gap;
    }
    RaftEvent next = waiting.pollFirst();
    scheduled = next != null;
    return next;
  }

  private void tell(RaftEvent event) {
    try {
      listener.onEvent(event);
    } catch (Throwable e) {
      report(e);
    }
  }
}
