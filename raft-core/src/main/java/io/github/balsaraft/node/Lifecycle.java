package io.github.balsaraft.node;

import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import io.github.balsaraft.storage.RecoveredGroup;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The life of one replica, from before its birth to its end. The only code that changes its health. Used by the mailbox's
 * thread only.
 *
 * <pre>
 * BEING_BORN or RECOVERING ──▶ RUNNING ──▶ FAILED ──▶ CLOSED
 * </pre>
 *
 * <p>Steps may be left out, and none is ever taken back: a replica that has failed stays so until its host is started anew.
 */
final class Lifecycle {

  private static final String STEP_FAILED = "a step of the protocol failed";

  private final ReplicaContext context;
  private final TraceSink trace;
  private final RequestFlows flows;
  private final SnapshotFlow snapshots;
  private final Consumer<Runnable> onMailbox;

  private Health health = Health.BEING_BORN;
  private String healthDetail = "";
  private @Nullable GroupBirth birth;

  /** Not null as long as it is {@link Health#RECOVERING}. */
  private @Nullable SnapshotRecovery recovery;

  /** Stays after the end, for who wants to know how things stood. */
  private @Nullable RaftCore core;

  private @Nullable JoinSeeker joinSeeker;

  /** The first entry of the log, if it is the group's first configuration: founders without data are given it. */
  private @Nullable EntryBatch founding;

  private boolean saidRemoved;

  /** Completes once the application is not used for snapshots any more; only after the end. */
  private CompletableFuture<Void> snapshotsEnded = CompletableFuture.completedFuture(null);

  /**
   * @param onMailbox runs something on the mailbox; called on any thread
   */
  Lifecycle(
      ReplicaContext context,
      RequestFlows flows,
      SnapshotFlow snapshots,
      Consumer<Runnable> onMailbox) {
    this.context = context;
    this.trace = GuardedTrace.of(context.settings().trace(), context.log());
    this.flows = flows;
    this.snapshots = snapshots;
    this.onMailbox = onMailbox;
  }

  // ------------------------------------------------------------------ what it is

  Health health() {
    return health;
  }

  /** Takes no part any more. */
  boolean hasStopped() {
    return health == Health.FAILED || health == Health.CLOSED;
  }

  /** Why nothing is taken in any more, for callers; once it {@link #hasStopped}. */
  NotAppendedException stoppedReason() {
    return health == Health.CLOSED
        ? new ShuttingDownException()
        : new NodeFailedException(healthDetail);
  }

  /** The same for people. */
  String stoppedDetail() {
    return healthDetail;
  }

  /** The core, also after the end; null before birth. */
  @Nullable
  RaftCore core() {
    return core;
  }

  /** For who only looks at the core; null before birth. */
  @Nullable
  CoreView view() {
    return core == null ? null : core.view();
  }

  /** The core of a replica that takes part; else null. */
  @Nullable
  RaftCore running() {
    return health == Health.RUNNING ? core : null;
  }

  /** Completes, after the end, once the application is not used for snapshots any more. */
  CompletableFuture<Void> snapshotsEnded() {
    return snapshotsEnded;
  }

  /** The birth that is under way; else null. */
  @Nullable
  GroupBirth birth() {
    return birth;
  }

  /** The recovery that is under way; else null. */
  @Nullable
  SnapshotRecovery recovery() {
    return recovery;
  }

  /** Whether there is a replica with a log, be it that it has no core yet. */
  boolean isBorn() {
    return core != null || recovery != null;
  }

  /** Why nothing can be asked of this replica yet, as long as there is no core; for people. */
  String notYet() {
    return recovery == null ? RequestFlows.UNBORN : RequestFlows.RECOVERING;
  }

  /** Asks to be let in; null if this replica never asks. */
  @Nullable
  JoinSeeker joinSeeker() {
    return joinSeeker;
  }

  /** The entry that founded the group, if the log still begins with it. */
  @Nullable
  EntryBatch founding() {
    return founding;
  }

  /** What there is to say about its health, for people. */
  String detail() {
    if (health == Health.BEING_BORN && birth != null) {
      return birth.explain();
    }
    if (health == Health.RUNNING && joinSeeker != null && !joinSeeker.isDone()) {
      return joinSeeker.explain();
    }
    return healthDetail;
  }

  // ------------------------------------------------------------------ the beginning

  /** Goes on from what is stored, or begins to be born. */
  void start(@Nullable RecoveredGroup recovered) {
    context.peers().followPlan();
    if (recovered != null && recovered.replica().state() == ReplicaRecord.State.MEMBER) {
      LostSnapshot lost = snapshots.lost();
      if (lost == null) {
        startOn(recovered, recovered);
      } else {
        recover(recovered, lost);
      }
      return;
    }
    birth = new GroupBirth(context, new BirthEnds());
    birth.begin(recovered != null);
  }

  /** The log can't be started on: first of all what it goes on from has to be here again. */
  private void recover(RecoveredGroup recovered, LostSnapshot lost) {
    health = Health.RECOVERING;
    healthDetail = lost.problem();
    recovery = new SnapshotRecovery(context, snapshots, lost, recovered);
    context.peers().follow(lost.configuration());
    context.events().recovering(recovered.hardState().term(), lost.problem());
    context
        .log()
        .warn(
            context.nowNanos(),
            Subject.START,
            "recovers: " + lost.problem()
                + "; it neither votes nor acknowledges anything until it has fetched a snapshot from another member");
  }

  /** Goes on with the recovery, before there is a core. */
  private void stepRecovery(SnapshotRecovery running, long nowNanos) {
    if (snapshots.lost() != null) {
      running.step(nowNanos);
      return;
    }
    RecoveredGroup log = running.log();
    recovery = null;
    healthDetail = "";
    context.log().info(nowNanos, Subject.START, "has a snapshot again that its log goes on from");
    startOn(log, log);
  }

  /** The fetch that it waits for has failed. */
  void fetchFailed() {
    if (recovery != null) {
      recovery.failed();
    }
  }

  /**
   * Starts with a log.
   *
   * @param recovered what is stored of it; null if it was begun just now
   */
  private void startOn(RecoveredGroup from, @Nullable RecoveredGroup recovered) {
    try {
      startCore(from, snapshots.start(recovered));
    } catch (SnapshotFlow.CannotGoOn e) {
      context.log().error("can't go on: " + e.getMessage());
      stop(Health.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private void startCore(RecoveredGroup from, @Nullable SnapshotHeader snapshot) {
    if (hasStopped()) {
      // Closed, or failed, while the birth was being written.
      return;
    }
    birth = null;
    RaftCore started = CoreStarter.start(
        from, snapshot, context.options(), context.maxMessageBytes(), context.environment(), trace);
    // Before a leader can hear of this replica: its state may have to be restored first.
    started.applied(flows.pipeline().appliedIndex());
    core = started;
    health = Health.RUNNING;
    founding = foundingOf(from.configurations());
    if (!hasBeenVoter(from.configurations())
        && (snapshot == null || !snapshot.configuration().isVoter(context.self()))) {
      joinSeeker = new JoinSeeker(context.self(), context.host(), context.group(), context.plan());
    }
    context.peers().follow(started.view().configuration());
    context.events().started(started.view());
    context
        .log()
        .info(
            context.nowNanos(),
            Subject.START,
            "starts as " + context.self() + " in term "
                + started.view().hardState().term()
                + " with a log up to " + started.view().lastEntry() + ", members "
                + started.view().configuration());
  }

  /** No disk is asked: it is among what was read of the log before the host started, or the log doesn't hold it. */
  private static @Nullable EntryBatch foundingOf(List<EntryBatch> configurations) {
    boolean found = !configurations.isEmpty()
        && configurations.get(0).firstIndex() == Birth.FOUNDING_ENTRY.index();
    return found ? configurations.get(0) : null;
  }

  /** Whether a configuration made this replica a voter. The last may still be truncated, unless it founded the group. */
  private boolean hasBeenVoter(List<EntryBatch> configurations) {
    int certain = Math.max(1, configurations.size() - 1);
    return configurations.stream()
        .limit(certain)
        .anyMatch(batch -> Configuration.decode(batch.singlePayload()).isVoter(context.self()));
  }

  private final class BirthEnds implements GroupBirth.Ends {

    @Override
    public void later(Runnable step) {
      onMailbox.accept(step);
    }

    @Override
    public void born(RecoveredGroup newborn) {
      startOn(newborn, null);
    }

    @Override
    public void failed(String reason) {
      stop(Health.FAILED, reason);
    }
  }

  // ----------------------------------------------------- the way to be a member, and no longer

  /** Goes on with the birth or the recovery, before there is a core. */
  void stepToCore(long nowNanos) {
    if (birth != null) {
      birth.step(nowNanos);
    } else if (recovery != null) {
      stepRecovery(recovery, nowNanos);
    }
  }

  /** Looks at what the core has come to know. */
  void step(RaftCore running, long nowNanos) {
    if (running.view().removedAt() > 0 && !saidRemoved) {
      saidRemoved = true;
      context
          .log()
          .warn(nowNanos, Subject.REMOVAL, Wording.removed(running.view().removedAt()));
    }
    if (joinSeeker != null && !joinSeeker.isDone()) {
      joinSeeker.step(running.view(), nowNanos);
    }
  }

  long deadlineNanos() {
    long deadline = core == null ? Long.MAX_VALUE : core.nextDeadlineNanos();
    if (birth != null) {
      deadline = Math.min(deadline, birth.deadlineNanos());
    }
    if (recovery != null) {
      deadline = Math.min(deadline, recovery.deadlineNanos());
    }
    if (joinSeeker != null) {
      deadline = Math.min(deadline, joinSeeker.deadlineNanos());
    }
    return deadline;
  }

  // ------------------------------------------------------------------ the end

  /** A step failed: nobody knows how far it got. */
  void broken(Throwable cause) {
    // First of all: what comes next must not rest on half a step, whatever becomes of the line and
    // of the reason. Out of memory both may fail, too.
    boolean isNews = end(Health.FAILED, STEP_FAILED);
    String reason = STEP_FAILED;
    try {
      if (!(cause instanceof UnknownFormatException)) {
        reason = STEP_FAILED + ": " + Wording.thrown(cause);
        context.log().error("a step of the protocol failed; this replica stops", cause);
      } else if (isNews) {
        reason = Wording.outdated(cause.getMessage() + ", stored here");
        context.log().error("stops: " + reason);
      }
    } finally {
      if (isNews) {
        tellOfEnd(reason);
      }
    }
  }

  /** The state machine can't go on. */
  void applyFailed(String what, Throwable cause) {
    if (cause instanceof UnknownFormatException) {
      broken(cause);
    } else {
      stop(Health.FAILED, what);
    }
  }

  /** An entry that only a newer version can read must not be skipped, or replicas would diverge. So this is the end. */
  void outdated(String what) {
    if (!hasStopped()) {
      String reason = Wording.outdated(what);
      try {
        context.log().error("stops: " + reason);
      } finally {
        stop(Health.FAILED, reason);
      }
    }
  }

  /** Takes no part any more. Everybody who waits is told how things stand. */
  void stop(Health end, String reason) {
    if (end(end, reason)) {
      tellOfEnd(reason);
    }
  }

  /** Nothing goes on from here, and nobody knows it yet. Returns whether that is news. */
  private boolean end(Health end, String reason) {
    if (health == Health.CLOSED || (health == Health.FAILED && end == Health.FAILED)) {
      return false;
    }
    health = end;
    healthDetail = reason;
    return true;
  }

  private void tellOfEnd(String reason) {
    healthDetail = reason;
    recovery = null;
    try {
      context.events().stopped(health, reason);
    } finally {
      try {
        flows.stop(stoppedReason(), reason, core == null ? null : core.view());
      } finally {
        snapshotsEnded = snapshots.stop();
      }
    }
  }
}
