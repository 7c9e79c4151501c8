package io.github.balsaraft.node;

import io.github.balsaraft.api.CommittedEntry;
import io.github.balsaraft.api.EntriesCompactedException;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.storage.CompactedException;
import io.github.balsaraft.storage.LogStore;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One observer's way through the committed entries. It reads from the log store what was asked for, a little at a time, so that a slow
 * observer costs a few batches of memory, and gets no entry that was compacted away meanwhile.
 *
 * <p>Signals come one at a time, as tasks on the executor. Methods may be called from any thread.
 */
final class EntryStream implements Flow.Subscription {

  /** How much is read at once, and sent before others get their turn. */
  private static final long READ_BYTES = 256 << 10;

  private final Flow.Subscriber<? super CommittedEntry> subscriber;
  private final GroupId group;
  private final LogStore store;
  private final LongSupplier committedIndex;
  private final LongSupplier replacedIndex;
  private final SerialTasks tasks;
  private final Consumer<EntryStream> onEnd;

  private final AtomicLong demand = new AtomicLong();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private volatile boolean ended;

  // Used by the tasks, one at a time.
  private long nextIndex;
  private final ArrayDeque<EntryBatch> read = new ArrayDeque<>();
  private EntryBatch.@Nullable Cursor cursor;

  /**
   * @param committedIndex up to where entries are committed, and durable here
   * @param replacedIndex up to where the log store may have others in their place; read after the former
   * @param onFailure hears what the observer has thrown
   * @param onEnd hears once, or twice, that it has ended
   */
  EntryStream(
      Flow.Subscriber<? super CommittedEntry> subscriber,
      long fromIndex,
      GroupId group,
      LogStore store,
      LongSupplier committedIndex,
      LongSupplier replacedIndex,
      Executor executor,
      Consumer<Throwable> onFailure,
      Consumer<EntryStream> onEnd) {
    this.subscriber = subscriber;
    this.nextIndex = fromIndex;
    this.group = group;
    this.store = store;
    this.committedIndex = committedIndex;
    this.replacedIndex = replacedIndex;
    this.onEnd = onEnd;
    this.tasks = new SerialTasks(executor, thrown -> {
      // As with a cancellation: an observer that throws wants no more (Reactive Streams 2.13).
      end();
      onFailure.accept(thrown);
    });
  }

  /** Tells the observer that it is subscribed. */
  void begin() {
    tasks.run(() -> subscriber.onSubscribe(this));
  }

  /** Tells the observer that it is not. */
  void refuse(Throwable reason) {
    begin();
    tasks.run(() -> fail(reason));
  }

  /** More may be committed. */
  void look() {
    if (demand.get() > 0 && !ended && scheduled.compareAndSet(false, true)) {
      tasks.run(this::step);
    } else {
      tasks.wake();
    }
  }

  @Override
  public void request(long entries) {
    if (entries <= 0) {
      tasks.run(() -> fail(new IllegalArgumentException(
          "an observer asked for " + entries + " entries: it has to be one at least")));
      return;
    }
    demand.getAndAccumulate(
        entries, (left, more) -> left + more < 0 ? Long.MAX_VALUE : left + more);
    look();
  }

  @Override
  public void cancel() {
    end();
  }

  /** There is nothing more to come, because of this. */
  void abort(Throwable reason) {
    tasks.run(() -> fail(reason));
  }

  /** There is nothing more to come: the node stops. */
  void complete() {
    tasks.run(() -> {
      if (!ended) {
        end();
        subscriber.onComplete();
      }
    });
  }

  private void end() {
    ended = true;
    onEnd.accept(this);
  }

  private void fail(Throwable failure) {
    if (!ended) {
      end();
      subscriber.onError(failure);
    }
  }

  private void step() {
    scheduled.set(false);
    if (ended || demand.get() == 0) {
      return;
    }
    if (cursor == null && read.isEmpty() && !readMore()) {
      return;
    }
    while (!ended && demand.get() > 0 && sendNext()) {
      demand.decrementAndGet();
    }
    if (nextIndex <= committedIndex.getAsLong()) {
      look();
    }
  }

  /** Returns false if there is nothing to read, or it failed. */
  private boolean readMore() {
    long toIndex = committedIndex.getAsLong();
    if (nextIndex > toIndex) {
      return false;
    }
    long replaced = replacedIndex.getAsLong();
    if (nextIndex <= replaced) {
      // The log store may still have what was never committed there.
      fail(new EntriesCompactedException(nextIndex, replaced + 1));
      return false;
    }
    try {
      read.addAll(store.read(group, nextIndex, toIndex, READ_BYTES));
      return true;
    } catch (CompactedException e) {
      fail(new EntriesCompactedException(nextIndex, e.firstIndex()));
    } catch (RuntimeException e) {
      fail(e);
    }
    return false;
  }

  /** Returns false if nothing that was read is left. */
  private boolean sendNext() {
    EntryBatch batch = read.peekFirst();
    if (batch == null) {
      return false;
    }
    EntryBatch.Cursor at = cursor;
    if (at == null) {
      at = batch.cursor();
      boolean hasFirst = at.next();
      if (!hasFirst) {
        throw new IllegalStateException("an empty batch at " + nextIndex);
      }
    }
    CommittedEntry entry = new CommittedEntry(
        new EntryId(batch.term(), at.index()),
        batch.logTimeMillis(),
        batch.type(),
        at.payloadBytes());
    nextIndex = at.index() + 1;
    if (at.next()) {
      cursor = at;
    } else {
      cursor = null;
      read.removeFirst();
    }
    subscriber.onNext(entry);
    return true;
  }
}
