package io.github.balsaraft.node;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.storage.LogStore;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Applies committed entries to a group's state machine, in order, on the apply threads, and answers reads between them.
 * Never on a mailbox's or the network's threads: a slow state machine slows proposals, not elections.
 *
 * <p>Entries wait here in memory up to a budget. Beyond it only their indexes are noted, and they are read back from the log
 * store when it is their turn: committed and durable entries never change.
 */
final class ApplyPipeline implements Mailbox.Handler<Runnable> {

  /** How much is read back from the log store at once. */
  private static final long READ_BACK_BYTES = 4L << 20;

  /** How many bytes are applied before waiting reads get their turn. */
  private static final long SLICE_BYTES = 1L << 20;

  /** What a batch that waits takes besides its bytes, about; else tiny batches would slip through the budget. */
  static final long OVERHEAD_BYTES = 256;

  private static final byte[] NO_RESULT = {};

  private final GroupId group;
  private final StateMachine stateMachine;
  private final LogStore store;
  private final long maxQueuedBytes;
  private final BiConsumer<String, Throwable> onFailure;
  private final Runnable afterBatch;
  private final Mailbox<Runnable> mailbox;

  /** Batches in memory, ascending, each above {@link #appliedIndex}; with gaps where they must be read back. */
  private final ArrayDeque<EntryBatch> queued = new ArrayDeque<>();

  private final ArrayDeque<ProposalTracker.Run> proposals = new ArrayDeque<>();
  private final PriorityQueue<WaitingRead> waitingReads =
      new PriorityQueue<>(Comparator.comparingLong(WaitingRead::index));
  private final AtomicLong queuedBytes = new AtomicLong();
  private final AppliedCommand command = new AppliedCommand();

  /** The note that was handed over last, if nothing else was since. Used by the caller of {@link #committed} only. */
  private @Nullable Note lastNote;

  private long committedIndex;
  private volatile long appliedIndex;
  private boolean applyScheduled;

  /** Why nothing is applied any more; null while it is. */
  private @Nullable String stopped;

  /**
   * @param appliedIndex the index that the state machine has applied already
   * @param onFailure hears what failed, once; nothing is applied after it
   * @param afterBatch runs on an apply thread after each batch of work
   */
  ApplyPipeline(
      GroupId group,
      StateMachine stateMachine,
      LogStore store,
      long appliedIndex,
      long maxQueuedBytes,
      HostEnvironment environment,
      BiConsumer<String, Throwable> onFailure,
      Runnable afterBatch) {
    this.group = group;
    this.stateMachine = stateMachine;
    this.store = store;
    this.appliedIndex = appliedIndex;
    this.committedIndex = appliedIndex;
    this.maxQueuedBytes = maxQueuedBytes;
    this.onFailure = onFailure;
    this.afterBatch = afterBatch;
    this.mailbox = new Mailbox<>(environment.apply(), this);
  }

  /** The highest index that the state machine has applied. */
  long appliedIndex() {
    return appliedIndex;
  }

  /**
   * Entries may be applied; {@code runs} are this node's own proposals among them. Called by one thread at a time, in the
   * order of the log.
   */
  void committed(Ready.Committed committed, List<ProposalTracker.Run> runs) {
    // Nothing below may hold on to the batches unless the budget has room for them.
    long toIndex = committed.toIndex();
    List<EntryBatch> batches = keepWithinBudget(committed.recent());
    if (batches.isEmpty() && runs.isEmpty()) {
      if (lastNote == null || !lastNote.extendTo(toIndex)) {
        Note note = new Note(toIndex);
        lastNote = note;
        mailbox.offer(() -> applyUpTo(note.take()));
      }
      return;
    }
    lastNote = null;
    mailbox.offer(() -> {
      queued.addAll(batches);
      proposals.addAll(runs);
      applyUpTo(toIndex);
    });
  }

  private List<EntryBatch> keepWithinBudget(List<EntryBatch> batches) {
    long bytes = 0;
    for (EntryBatch batch : batches) {
      bytes += weight(batch);
    }
    if (queuedBytes.get() + bytes > maxQueuedBytes) {
      return List.of();
    }
    queuedBytes.addAndGet(bytes);
    return batches;
  }

  private static long weight(EntryBatch batch) {
    return batch.sizeInBytes() + OVERHEAD_BYTES;
  }

  /**
   * Runs a read once the state machine has applied an index. Its {@code refused} gets the reason instead if that won't
   * happen.
   */
  void read(long index, Runnable read, Consumer<String> refused) {
    mailbox.offer(() -> {
      String reason = stopped;
      if (reason != null) {
        refused.accept(reason);
      } else if (index <= appliedIndex) {
        read.run();
      } else {
        waitingReads.add(new WaitingRead(index, read, refused));
      }
    });
  }

  /** Runs something on the apply threads, in order with everything else here. */
  void run(Runnable task) {
    mailbox.offer(task);
  }

  /** How much waits for its turn, whatever it is. */
  int waitingTasks() {
    return mailbox.size();
  }

  /** Applies nothing more; whoever waits is told so. */
  void stop(String reason) {
    mailbox.offer(() -> stopNow(reason));
  }

  @Override
  public void handle(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      failed("a task of the apply thread failed: " + e, e);
    }
  }

  @Override
  public void endOfBatch() {
    try {
      afterBatch.run();
    } catch (Throwable e) {
      failed("a task of the apply thread failed: " + e, e);
    }
  }

  private void failed(String what, Throwable cause) {
    if (stopped == null) {
      stopNow(what);
      onFailure.accept(what, cause);
    }
  }

  private void stopNow(String reason) {
    stopped = reason;
    // A run whose beginning was applied was told so: nobody gets two answers.
    long told = appliedIndex;
    proposals.forEach(run -> run.after(told).forEach(proposal -> proposal.unknown(reason)));
    proposals.clear();
    waitingReads.forEach(waiting -> waiting.refused.accept(reason));
    waitingReads.clear();
    queued.clear();
  }

  private void applyUpTo(long index) {
    if (stopped != null) {
      stopNow(stopped);
      return;
    }
    committedIndex = index;
    applyNext();
  }

  private void applyNext() {
    if (stopped != null || applyScheduled) {
      return;
    }
    try {
      applySlice();
    } catch (Throwable e) {
      failed("applying the entry at " + (appliedIndex + 1) + " failed: " + e, e);
      return;
    }
    runDueReads();
    if (appliedIndex < committedIndex) {
      // Back in the queue, so that reads that need no more than this don't wait for all the rest.
      applyScheduled = true;
      mailbox.offer(() -> {
        applyScheduled = false;
        applyNext();
      });
    }
  }

  private void applySlice() {
    long bytes = 0;
    while (appliedIndex < committedIndex && bytes < SLICE_BYTES) {
      EntryBatch next = queued.peekFirst();
      if (next != null && next.firstIndex() == appliedIndex + 1) {
        queued.removeFirst();
        queuedBytes.addAndGet(-weight(next));
        apply(next);
        bytes += next.sizeInBytes();
      } else {
        long gapEnd =
            next == null ? committedIndex : Math.min(committedIndex, next.firstIndex() - 1);
        for (EntryBatch batch : store.read(group, appliedIndex + 1, gapEnd, READ_BACK_BYTES)) {
          apply(batch);
          bytes += batch.sizeInBytes();
        }
      }
    }
  }

  private void apply(EntryBatch batch) {
    if (batch.type() != EntryType.COMMAND) {
      appliedIndex = batch.lastIndex();
      return;
    }
    command.batch = batch;
    for (EntryBatch.Cursor cursor = batch.cursor(); cursor.next(); ) {
      command.cursor = cursor;
      byte[] result = resultOf(stateMachine.apply(command));
      appliedIndex = cursor.index();
      Proposal proposal = proposalAt(cursor.index());
      if (proposal != null) {
        proposal.applied(result);
      }
    }
  }

  /** The contract rules null out, but a slip must not stop every replica at the same entry. */
  private static byte[] resultOf(byte @Nullable [] returned) {
    return returned == null ? NO_RESULT : returned;
  }

  private @Nullable Proposal proposalAt(long index) {
    ProposalTracker.Run run = proposals.peekFirst();
    if (run == null || index < run.firstIndex()) {
      return null;
    }
    if (index == run.lastIndex()) {
      proposals.removeFirst();
    }
    return run.proposals().get((int) (index - run.firstIndex()));
  }

  private void runDueReads() {
    while (!waitingReads.isEmpty() && waitingReads.peek().index <= appliedIndex) {
      waitingReads.poll().read.run();
    }
  }

  private record WaitingRead(long index, Runnable read, Consumer<String> refused) {}

  /** Says up to where entries may be applied, and nothing else: however far apply lags, one at a time is enough. */
  private static final class Note {
    private static final long TAKEN = -1;

    private final AtomicLong toIndex;

    Note(long toIndex) {
      this.toIndex = new AtomicLong(toIndex);
    }

    /** Returns false if it was taken already. */
    boolean extendTo(long index) {
      long before = toIndex.get();
      return before != TAKEN && toIndex.compareAndSet(before, index);
    }

    long take() {
      return toIndex.getAndSet(TAKEN);
    }
  }

  /** One object for all commands: it is valid during the call only. */
  private static final class AppliedCommand implements Command {
    @SuppressWarnings("NullAway.Init")
    EntryBatch batch;

    @SuppressWarnings("NullAway.Init")
    EntryBatch.Cursor cursor;

    @Override
    public long index() {
      return cursor.index();
    }

    @Override
    public long term() {
      return batch.term();
    }

    @Override
    public long logTimeMillis() {
      return batch.logTimeMillis();
    }

    @Override
    public ByteBuffer payload() {
      return cursor.payload();
    }

    @Override
    public byte[] bytes() {
      return cursor.payloadBytes();
    }
  }
}
