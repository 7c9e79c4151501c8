package io.github.balsaraft.node;

import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.SessionsStatus;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.RecoveredGroup;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Applies committed entries to a group's state machine, in order, on the apply threads, and answers reads between them.
 * Never on a mailbox's or the network's threads: a slow state machine slows proposals, not elections.
 *
 * <p>Here is what has to happen in one order, on the same threads: entries ({@link EntryApplier}), snapshots that take the place of
 * the state ({@link StateRestorer}), answers to proposers ({@link CommittedProposals}) and to readers ({@link ReadTurns}), and the
 * end. That all tasks which wait have one turn on a thread is worth nothing that could be measured with 128 B x 64
 * (docs/benchmarks.md): it is how a mailbox works.
 */
final class ApplyPipeline implements Mailbox.Handler<ApplyPipeline.Task> {

  /** Something to do on an apply thread. */
  interface Task {
    void run();

    /** Tells whoever waits for it that it is not done. On any thread, maybe while it runs, maybe more than once. */
    default void abandon(String reason) {}
  }

  private final BiConsumer<String, Throwable> onFailure;
  private final Runnable afterBatch;
  private final Mailbox<Task> mailbox;
  private final EntryApplier applier;

  private final StateRestorer restorer;
  private final CommittedProposals proposals = new CommittedProposals();
  private final ReadTurns reads;

  /** The note that was handed over last, if nothing else was since. Used by the caller of {@link #committed} only. */
  private @Nullable Note lastNote;

  /** Snapshots that are to be installed: what is before them needn't be applied, and may be gone from the log store. */
  private final AtomicInteger pendingInstalls = new AtomicInteger();

  /** Up to here something was handed over, to be applied or restored. Written by the caller of {@link #committed}. */
  private volatile long handedOverIndex;

  /** Up to here the state holds it, and its position says so. Written by the apply threads. */
  private volatile long settledIndex;

  private Runnable afterApply = () -> {};
  private Runnable afterStart = () -> {};
  private Consumer<String> afterStop = reason -> {};

  private boolean applyScheduled;
  private boolean toldOfStop;

  /** Why nothing is applied any more; null while it is. */
  private @Nullable String stopped;

  /** What is being done; null if nothing is. */
  private volatile @Nullable Task current;

  /** Why nobody waits for the apply threads any longer; null as long as somebody does. */
  private volatile @Nullable String abandoned;

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
    this.applier = new EntryApplier(
        group,
        stateMachine,
        store,
        appliedIndex,
        maxQueuedBytes,
        proposals,
        () -> abandoned == null && pendingInstalls.get() == 0,
        () -> abandoned != null);
    this.restorer = new StateRestorer(stateMachine, applier);
    this.onFailure = onFailure;
    this.afterBatch = afterBatch;
    this.mailbox = new Mailbox<>(environment.apply(), this);
    this.reads = new ReadTurns(
        environment,
        applier::appliedIndex,
        () -> stopped,
        this::forEachUnfinished,
        e -> offer(() -> failed("ending reads that have waited too long failed", e)));
  }

  /** The highest index that the state machine has applied. */
  long appliedIndex() {
    return applier.appliedIndex();
  }

  /**
   * Up to here the log store may not have what was applied, because a snapshot took its place. Read it after {@link #appliedIndex}: what is
   * applied beyond was read from the log.
   */
  long replacedIndex() {
    return restorer.replacedIndex();
  }

  /** What a snapshot of the present state says about the log. */
  ApplyPosition position() {
    return applier.position();
  }

  /** Whether the state is where its position says, and nobody is about to replace it. On an apply thread. */
  boolean isAtPosition() {
    return applier.isAtPosition();
  }

  /** Whether the state will hold more than it does, by what was handed over already. On any thread. */
  boolean hasMoreToApply() {
    return handedOverIndex > settledIndex;
  }

  private void handedOver(long index) {
    handedOverIndex = Math.max(handedOverIndex, index);
  }

  /** Runs something on an apply thread once the state machine is where the log begins. Before anything is started. */
  void afterStart(Runnable action) {
    afterStart = action;
  }

  /** Runs too on an apply thread whenever something was applied. To be named before anything is. */
  void afterApply(Runnable action) {
    Runnable earlier = afterApply;
    afterApply = () -> {
      earlier.run();
      action.run();
    };
  }

  /** Hears on an apply thread, once, why nothing is applied any more. To be named before anything is. */
  void afterStop(Consumer<String> action) {
    afterStop = action;
  }

  /** The clients' sessions as of the present state; null if there are none. On an apply thread. */
  @Nullable
  CapturedSessions captureSessions() {
    SessionTable sessions = applier.sessions();
    return sessions.isEmpty() ? null : sessions.capture();
  }

  /** How many sessions there are, and what they take. On any thread. */
  SessionsStatus sessionsStatus() {
    return applier.sessionsStatus();
  }

  /**
   * Entries may be applied; {@code runs} are this node's own proposals among them. Called by one thread at a time, in the
   * order of the log.
   */
  void committed(Ready.Committed committed, List<ProposalTracker.Run> runs) {
    // Nothing below may hold on to the batches unless the budget has room for them.
    long toIndex = committed.toIndex();
    handedOver(toIndex);
    List<EntryBatch> batches = applier.keepWithinBudget(committed.recent());
    if (batches.isEmpty() && runs.isEmpty()) {
      if (lastNote == null || !lastNote.extendTo(toIndex)) {
        Note note = new Note(toIndex);
        lastNote = note;
        offer(() -> applyUpTo(note.take(), List.of()));
      } else {
        wake();
      }
      return;
    }
    lastNote = null;
    // Here, not when it is their turn: from now on they can be found if it never comes.
    proposals.addAll(runs);
    offer(() -> applyUpTo(toIndex, batches));
    if (abandoned != null) {
      proposals.abandonAll(abandoned);
    }
  }

  /**
   * Runs a read once the state machine has applied an index.
   *
   * @param refused gets the reason instead if that won't happen, or has not by the deadline
   * @param late gets it at the deadline, on another thread, if the state machine hangs, so that not even this can be found out; one
   *     of the others is called all the same when it goes on
   */
  void read(
      long index,
      long deadlineNanos,
      Runnable read,
      Consumer<String> refused,
      Consumer<String> late) {
    offer(reads.task(index, deadlineNanos, read, refused, late));
    reads.expireAt(deadlineNanos);
  }

  /** Those whose turn has not come, and the one whose turn it is. On any thread. */
  private void forEachUnfinished(Consumer<Task> look) {
    mailbox.forEachWaiting(look);
    Task running = current;
    if (running != null) {
      look.accept(running);
    }
  }

  /**
   * Runs something on the apply threads, in order with everything else here: what tells callers how things ended. If the apply
   * threads are {@linkplain #abandon abandoned} it may run on another thread and again; it must not mind.
   */
  void run(Runnable task) {
    offer(new Task() {
      @Override
      public void run() {
        task.run();
      }

      @Override
      public void abandon(String reason) {
        task.run();
      }
    });
  }

  /** As {@link #run}, but not once applying has failed or ended: then the state is of no known moment, maybe in the middle of a batch. */
  void runUnlessStopped(Runnable task) {
    run(() -> {
      if (stopped == null) {
        task.run();
      }
    });
  }

  /** Ends proposals that won't be applied here. */
  void fail(List<Proposal> failed, RaftException failure) {
    offer(new Task() {
      @Override
      public void run() {
        failed.forEach(proposal -> proposal.fail(failure));
      }

      @Override
      public void abandon(String reason) {
        failed.forEach(proposal -> proposal.abandon(failure));
      }
    });
  }

  private void offer(Task task) {
    mailbox.offer(task);
    String reason = abandoned;
    if (reason != null) {
      // Who abandons says so first and looks at the queue then, so none is missed by both.
      task.abandon(reason);
    }
  }

  /** Bytes of committed entries that wait in memory. On any thread. */
  long queuedBytes() {
    return applier.queuedBytes();
  }

  /** See {@link Mailbox#wake}. */
  void wake() {
    mailbox.wake();
  }

  /** How much waits for its turn, whatever it is. */
  int waitingTasks() {
    return mailbox.size();
  }

  /** Applies nothing more; whoever waits is told so. */
  void stop(String reason) {
    offer(() -> {
      stopNow(reason);
      reads.stop();
    });
  }

  /**
   * Tells everybody who waits here how things stand, without the apply threads: they hang in the application. Nothing more is
   * applied once they come back. To be called after {@link #stop}, on any thread.
   */
  void abandon(String reason) {
    abandoned = reason;
    Task running = current;
    if (running != null) {
      running.abandon(reason);
    }
    mailbox.forEachWaiting(task -> task.abandon(reason));
    proposals.abandonAll(reason);
    reads.refuseAll(reason);
    reads.stop();
  }

  /** Whether an apply thread is at work for this group, be it in the state machine, in a read or in a caller's callback. */
  boolean isBusy() {
    return current != null;
  }

  @Override
  public void handle(Task task) {
    current = task;
    try {
      String reason = abandoned;
      if (reason == null) {
        task.run();
      } else {
        task.abandon(reason);
      }
    } catch (Throwable e) {
      failed("a task of the apply thread failed", e);
    } finally {
      current = null;
    }
  }

  @Override
  public void endOfBatch() {
    try {
      afterBatch.run();
    } catch (Throwable e) {
      failed("a task of the apply thread failed", e);
    }
  }

  private void failed(String what, Throwable cause) {
    if (stopped != null) {
      return;
    }
    // First of all, for an entry may be half applied. What follows may fail as well, out of memory
    // or in the application's exception when it is asked for its text.
    stopped = what;
    String reason = what;
    try {
      reason = what + ": " + Wording.thrown(cause);
    } finally {
      try {
        stopNow(reason);
      } finally {
        onFailure.accept(reason, cause);
      }
    }
  }

  private void stopNow(String reason) {
    stopped = reason;
    try {
      if (!toldOfStop) {
        toldOfStop = true;
        afterStop.accept(reason);
      }
    } finally {
      try {
        proposals.endAll(reason);
      } finally {
        reads.refuseAll(reason);
        reads.clear();
        applier.clear();
      }
    }
  }

  private void applyUpTo(long index, List<EntryBatch> batches) {
    if (stopped != null) {
      stopNow(stopped);
      return;
    }
    applier.committed(index, batches);
    applyNext();
  }

  private void applyNext() {
    if (stopped != null || abandoned != null || applyScheduled) {
      return;
    }
    try {
      applier.applySlice();
    } catch (EntryApplier.EntryFailure e) {
      if (e.isOfStore() && pendingInstalls.get() > 0) {
        // The entry is covered by a snapshot, and its log starts after that by now.
        return;
      }
      failed(e.what(), e.thrown());
      return;
    }
    settledIndex = applier.appliedIndex();
    reads.runDue(() -> abandoned == null);
    afterApply.run();
    if (applier.isBehind()) {
      // Back in the queue, so that reads that need no more than this don't wait for all the rest.
      applyScheduled = true;
      offer(() -> {
        applyScheduled = false;
        applyNext();
      });
    }
  }

  /**
   * Brings the state machine to where the log begins, before anything is applied.
   *
   * @param newest the newest snapshot; null if there is none
   * @param recovered the log; null for that of a new replica
   * @param claim whose the state must be
   * @param unclaimed hears, on an apply thread, why a state on disk could not be told whose it is
   * @param counting see {@link StateRestorer#start}
   */
  void start(
      @Nullable SnapshotArchive archive,
      @Nullable SnapshotManifest newest,
      @Nullable RecoveredGroup recovered,
      StateClaim claim,
      Consumer<IOException> unclaimed,
      StateRestorer.Counting counting) {
    handedOver(newest == null ? 0 : newest.header().last().index());
    offer(() -> {
      if (stopped != null) {
        return;
      }
      try {
        restorer.start(archive, newest, recovered, claim, unclaimed, counting);
        settledIndex = applier.appliedIndex();
        // Who has come before waits for what the log doesn't bring any more, maybe.
        reads.runDue(() -> abandoned == null);
        afterStart.run();
      } catch (Throwable e) {
        failed("the state machine could not be brought to where the log begins", e);
      }
    });
  }

  /**
   * Puts a fetched snapshot in place of the state machine's state. Entries handed over before it are not applied any more. Called as
   * {@link #committed}.
   *
   * @param progress follows that
   */
  void install(SnapshotArchive archive, SnapshotManifest manifest, ReadProgress progress) {
    lastNote = null;
    pendingInstalls.incrementAndGet();
    handedOver(manifest.header().last().index());
    offer(() -> {
      pendingInstalls.decrementAndGet();
      if (stopped != null) {
        return;
      }
      try {
        restorer.install(archive, manifest, progress);
      } catch (Throwable e) {
        failed("restoring the state machine from the snapshot " + manifest.id() + " failed", e);
        return;
      }
      settledIndex = applier.appliedIndex();
      proposals.endReplaced(manifest.header().last().index());
      reads.runDue(() -> abandoned == null);
      afterApply.run();
    });
  }

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
}
