package io.github.balsaraft.node;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The reads of an {@link ApplyPipeline}: each gets its turn on an apply thread, runs then or once the state machine has applied its
 * index, and ends at its deadline wherever it is by then. Used by the apply threads, one at a time, unless a method says otherwise.
 */
final class ReadTurns {

  /** The tasks of the pipeline whose turn has not come, and the one whose turn it is. */
  @FunctionalInterface
  interface Unfinished {
    /** On any thread. */
    void forEach(Consumer<ApplyPipeline.Task> look);
  }

  private final LongSupplier appliedIndex;
  private final Supplier<@Nullable String> stopped;
  private final Unfinished unfinished;
  private final WaitingReads waiting = new WaitingReads();
  private final ReadExpiry expiry;

  /**
   * @param appliedIndex what the state machine has applied; asked on any thread
   * @param stopped why nothing is applied any more; null while it is
   * @param onFailure hears what ending late reads has thrown
   */
  ReadTurns(
      HostEnvironment environment,
      LongSupplier appliedIndex,
      Supplier<@Nullable String> stopped,
      Unfinished unfinished,
      Consumer<Throwable> onFailure) {
    this.appliedIndex = appliedIndex;
    this.stopped = stopped;
    this.unfinished = unfinished;
    this.expiry = new ReadExpiry(environment, this::expire, onFailure);
  }

  /** See {@link ApplyPipeline#read}. On any thread; {@link #expireAt} comes next, once the task can be found. */
  ReadTask task(
      long index,
      long deadlineNanos,
      Runnable read,
      Consumer<String> refused,
      Consumer<String> late) {
    return new ReadTask(
        new WaitingReads.WaitingRead(index, deadlineNanos, read, refused, late), this::runOrWait);
  }

  /** A read that can be found by now ends then. On any thread. */
  void expireAt(long deadlineNanos) {
    expiry.arm(deadlineNanos);
  }

  private void runOrWait(WaitingReads.WaitingRead read) {
    String reason = stopped.get();
    if (reason != null) {
      read.refused().accept(reason);
    } else if (read.index() <= appliedIndex.getAsLong()) {
      armAgain(read);
      read.read().run();
    } else {
      waiting.add(read);
      armAgain(read);
    }
  }

  /** It may have been looked for on its way out of the mailbox, when it was neither here nor there. */
  private void armAgain(WaitingReads.WaitingRead read) {
    expiry.arm(read.deadlineNanos());
  }

  /**
   * Those that wait for their index, those whose turn has not come, and the one whose turn it is: the state machine may hang. Not on an
   * apply thread.
   */
  private long expire(long nowNanos) {
    long applied = appliedIndex.getAsLong();
    String behind =
        "the state machine here, which has got as far as index " + applied + ", had no time for it";
    AtomicLong next = new AtomicLong(Long.MAX_VALUE);
    unfinished.forEach(task -> {
      if (task instanceof ReadTask late && !late.tellIfLate(nowNanos, behind)) {
        next.set(Math.min(next.get(), late.deadlineNanos()));
      }
    });
    waiting.expire(
        nowNanos,
        "the state here has only got as far as index " + applied
            + ", and what the leader has committed beyond it did not come in time",
        behind);
    return Math.min(next.get(), waiting.deadlineNanos());
  }

  /** Runs those that need no more than what is applied, as long as it may go on. */
  void runDue(BooleanSupplier mayGoOn) {
    waiting.runDue(appliedIndex.getAsLong(), mayGoOn);
  }

  /** Tells all that wait for their index. They stay, the one that hangs among them. On any thread. */
  void refuseAll(String reason) {
    waiting.refuseAll(reason);
  }

  void clear() {
    waiting.clear();
  }

  /** No read is ended by its deadline any more. On any thread. */
  void stop() {
    expiry.stop();
  }
}
