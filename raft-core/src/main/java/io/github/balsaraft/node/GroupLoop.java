package io.github.balsaraft.node;

import io.github.balsaraft.api.AbortResult;
import io.github.balsaraft.api.ChangePreview;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.RaftEvent.SnapshotFailed;
import io.github.balsaraft.api.RaftEvent.SnapshotInstalled;
import io.github.balsaraft.api.RaftEvent.SnapshotTaken;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.node.RateLimitedLog.Subject;
import io.github.balsaraft.storage.RecoveredGroup;
import io.github.balsaraft.storage.SnapshotStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The inside of one replica: feeds its core with what happens and does what the core asks for. Everything here runs on the
 * mailbox, one step at a time, unless it says otherwise.
 *
 * <p>It only puts the parts together: the {@link Lifecycle} holds the core, {@link LoopIntake} takes what other hosts send,
 * {@link RequestFlows} what callers want, {@link LoopOutput} does what the core asks for, and {@link LoopTimer} says when
 * there is something to do even if nothing happens.
 */
final class GroupLoop implements Mailbox.Handler<GroupLoop.Event> {

  /** Something that happens to the replica. */
  @FunctionalInterface
  interface Event {
    void happen(GroupLoop loop);

    /** The node is closed and its threads hang: tells whoever waits. On any thread, maybe more than once. */
    default void abandon(String reason) {}
  }

  private final Mailbox<Event> mailbox;
  private final ReplicaContext context;
  private final @Nullable RecoveredGroup recovered;
  private final RequestFlows flows;
  private final SnapshotFlow snapshots;
  private final Lifecycle lifecycle;
  private final LoopIntake intake;
  private final LoopOutput output;
  private final LoopTimer timer;
  private final Freshness freshness = new Freshness();
  private final ApplyProgress applyProgress = new ApplyProgress();
  private final LongAdder leaseReadsAfterStop = new LongAdder();
  private boolean inBatch;

  GroupLoop(HostRuntime host, GroupSettings settings, @Nullable RecoveredGroup recovered) {
    this.mailbox = new Mailbox<>(host.environment().mailboxes(), this);
    this.recovered = recovered;
    ReplicaId self = recovered == null
        ? new ReplicaId(host.nonZeroRandom())
        : recovered.replica().replica();
    RateLimitedLog log = new RateLimitedLog(
        host.self() + "/" + settings.group(), host.environment().logger());
    GroupPeers peers = new GroupPeers(host, settings.group(), settings.birth());
    NodeMetrics metrics = new NodeMetrics(host.writer().syncNanos());
    NodeEvents events = new NodeEvents(
        host.environment().listeners(),
        replica -> replica.equals(self) ? host.self() : peers.hostOf(replica),
        failure -> log.warn(
            host.environment().nowNanos(),
            Subject.LISTENER,
            "a listener failed: " + Wording.thrown(failure)),
        count -> metrics.add(RaftMetric.EVENTS_DROPPED, count));
    this.context = new ReplicaContext(host, settings, self, log, peers, metrics, events);
    settings.listeners().forEach(listener -> events.add(events.queueFor(listener)));
    this.flows = RequestFlows.of(context, recovered, this::applyFailed, this::confirmAfterAll);
    this.snapshots =
        new SnapshotFlow(context, openArchive(), flows.pipeline(), this::later, new SnapshotEnds());
    this.lifecycle = new Lifecycle(context, flows, snapshots, this::later);
    this.intake = new LoopIntake(context, lifecycle, flows, snapshots);
    this.output = new LoopOutput(context, flows, snapshots, new Completions());
    this.timer = new LoopTimer(context.environment(), this::later);
  }

  private @Nullable SnapshotArchive openArchive() {
    SnapshotStore store = context.host().snapshots();
    // A replica without a log is a new one, to which
    // nothing belongs that may be left of an earlier.
    boolean isBorn = recovered != null && recovered.replica().state() == ReplicaRecord.State.MEMBER;
    return store == null
        ? null
        : SnapshotArchive.open(
            context.group(),
            store,
            isBorn ? recovered : null,
            namesOthers(),
            context.environment(),
            context.log());
  }

  private boolean namesOthers() {
    return context.plan().peers().stream()
        .anyMatch(peer -> !peer.host().equals(context.host().self()));
  }

  /** What it counts and measures. */
  NodeMetrics metrics() {
    return context.metrics();
  }

  /** Tells its listeners. */
  NodeEvents events() {
    return context.events();
  }

  /** Where to offer what happens. */
  Mailbox<Event> mailbox() {
    return mailbox;
  }

  GroupId group() {
    return context.group();
  }

  ApplyPipeline pipeline() {
    return flows.pipeline();
  }

  /** May be asked from any thread. */
  Freshness freshness() {
    return freshness;
  }

  /** For who only looks at the core; null before birth. */
  @Nullable
  CoreView view() {
    return lifecycle.view();
  }

  /** The way of what comes from other hosts. */
  LoopIntake intake() {
    return intake;
  }

  /** Runs something here, after what was offered before. On any thread. */
  private void later(Runnable step) {
    mailbox.offer(loop -> step.run());
  }

  private void applyFailed(String what, Throwable cause) {
    try {
      if (!(cause instanceof UnknownFormatException)) {
        context.log().error(what + "; this replica stops", cause);
      }
    } finally {
      later(() -> lifecycle.applyFailed(what, cause));
    }
  }

  // ------------------------------------------------------------------ one batch of events

  @Override
  public void handle(Event event) {
    try {
      RaftCore core = lifecycle.core();
      if (!inBatch) {
        inBatch = true;
        if (core != null) {
          // Once a turn, so that all of it happens at one moment; not to save time.
          core.advanceTo(context.nowNanos(), context.environment().wallMillis());
          core.applied(pipeline().appliedIndex());
          snapshots.tellProgress(core);
        }
      }
      event.happen(this);
    } catch (Throwable e) {
      lifecycle.broken(e);
    }
  }

  @Override
  public void endOfBatch() {
    inBatch = false;
    try {
      if (!lifecycle.hasStopped()) {
        step();
      }
    } catch (Throwable e) {
      lifecycle.broken(e);
    }
  }

  private void step() {
    long nowNanos = context.nowNanos();
    flows.proposals().expire(nowNanos);
    lifecycle.stepToCore(nowNanos);
    RaftCore core = lifecycle.core();
    if (core == null) {
      flows.refuseAll(lifecycle.notYet());
    } else {
      flows.pass(core, nowNanos);
      look(core.view(), nowNanos);
      output.measure(core.view(), freshness);
      output.perform(core, core.ready());
      flows.tellOfLeader(core.view());
      lifecycle.step(core, nowNanos);
    }
    snapshots.step(nowNanos);
    context.events().endOfStep();
    Guests guests = context.peers().guests();
    guests.forgetSilent(nowNanos);
    timer.arm(Math.min(
        lifecycle.deadlineNanos(),
        Math.min(
            Math.min(flows.deadlineNanos(), snapshots.deadlineNanos()), guests.deadlineNanos())));
  }

  private void look(CoreView core, long nowNanos) {
    long applied = pipeline().appliedIndex();
    freshness.observe(core, applied);
    applyProgress.observe(applied, Math.min(core.commitIndex(), core.durableIndex()), nowNanos);
  }

  /** Takes what was done on other threads back to the mailbox. */
  private final class Completions implements LoopOutput.Completions {

    @Override
    public void written(long sequence) {
      tell(running -> running.written(sequence));
    }

    @Override
    public void loaded(Ready.Load load, List<EntryBatch> batches) {
      tell(running -> running.loaded(load.follower(), load.generation(), batches));
    }

    @Override
    public void broken(Throwable cause) {
      later(() -> lifecycle.broken(cause));
    }
  }

  private void tell(Consumer<RaftCore> input) {
    later(() -> {
      RaftCore running = lifecycle.running();
      if (running != null) {
        input.accept(running);
      }
    });
  }

  /** Takes what became of snapshots back to the mailbox. */
  private final class SnapshotEnds implements SnapshotFlow.Ends {

    @Override
    public void saved(SnapshotManifest manifest, Duration took) {
      SnapshotHeader header = manifest.header();
      tell(running -> {
        context
            .events()
            .snapshot(term -> new SnapshotTaken(term, header.last(), manifest.bytes(), took));
        running.snapshotSaved(header);
      });
    }

    @Override
    public void notTaken(String problem) {
      later(() -> context.events().snapshot(term -> new SnapshotFailed(term, problem)));
    }

    @Override
    public void installed(SnapshotManifest manifest) {
      EntryId last = manifest.header().last();
      later(() ->
          context.events().snapshot(term -> new SnapshotInstalled(term, last, manifest.bytes())));
    }

    @Override
    public void unavailable(long lastIndex) {
      tell(running -> running.snapshotUnavailable(lastIndex));
    }

    @Override
    public void received(long generation, SnapshotHeader header) {
      tell(running -> running.snapshotReceived(generation, header));
    }

    @Override
    public void failed(long generation) {
      later(() -> {
        RaftCore running = lifecycle.running();
        if (running != null) {
          running.snapshotFailed(generation);
        } else {
          lifecycle.fetchFailed();
        }
      });
    }
  }

  // ------------------------------------------------------------------ the beginning and the end

  /** Goes on from what is stored, or begins to be born. */
  void start() {
    lifecycle.start(recovered);
  }

  /** Completes, once it was {@linkplain #stop stopped}, when the application is not used for snapshots any more. */
  CompletableFuture<Void> snapshotsEnded() {
    return lifecycle.snapshotsEnded();
  }

  /** Takes no part any more. Everybody who waits is told how things stand. */
  void stop(Health end, String reason) {
    lifecycle.stop(end, reason);
  }

  // ------------------------------------------------------------------ requests

  void propose(Proposal proposal) {
    flows.proposals().add(proposal);
    if (lifecycle.hasStopped()) {
      flows.proposals().refuseGathered(lifecycle.stoppedReason());
    }
  }

  void read(PendingRead read, boolean byLease) {
    if (byLease) {
      flows.reads().addForLease(read);
    } else {
      flows.reads().add(read);
    }
    if (lifecycle.hasStopped()) {
      flows.reads().refuseGathered(lifecycle.stoppedDetail());
    }
  }

  /** See {@link GroupNode#leaseReadsAfterStop}. */
  long leaseReadsAfterStop() {
    return leaseReadsAfterStop.sum();
  }

  /** The lease was over before a read was answered: a quorum must confirm it. On any thread. */
  private void confirmAfterAll(PendingRead read) {
    mailbox.offer(new Event() {
      @Override
      public void happen(GroupLoop loop) {
        if (lifecycle.hasStopped()) {
          leaseReadsAfterStop.increment();
        }
        loop.read(read, false);
      }

      @Override
      public void abandon(String reason) {
        read.refuse(reason);
      }
    });
  }

  /** Completes the future once there is a leader, or with an exception if this node won't hear of one any more. */
  void awaitLeader(CompletableFuture<Void> known) {
    flows.awaitLeader(known);
    if (lifecycle.hasStopped()) {
      flows.refuseToAwait(lifecycle.stoppedReason());
    }
  }

  /** Hands leadership over, to a member on this host or to whom the leader likes. */
  void transfer(
      @Nullable HostId target, TransferLog.Cause cause, CompletableFuture<HostId> transferred) {
    RaftCore core = lifecycle.core();
    if (lifecycle.hasStopped()) {
      flows.transfers().refuse(transferred, lifecycle.stoppedDetail());
    } else if (core == null) {
      flows.transfers().refuse(transferred, lifecycle.notYet());
    } else {
      flows.transfers().begin(core, target, cause, transferred);
    }
  }

  void change(ConfigurationChange change, CompletableFuture<ChangeResult> answer) {
    RaftCore running = runningOrRefuse(answer);
    if (running != null) {
      flows.memberships().change(running, change, answer, context.nowNanos());
    }
  }

  void preview(ConfigurationChange change, CompletableFuture<ChangePreview> answer) {
    RaftCore running = runningOrRefuse(answer);
    if (running != null) {
      flows.memberships().preview(running.view(), change, answer);
    }
  }

  void abortChange(HostId changing, CompletableFuture<AbortResult> answer) {
    RaftCore running = runningOrRefuse(answer);
    if (running != null) {
      flows.memberships().abort(running, changing, answer);
    }
  }

  private @Nullable RaftCore runningOrRefuse(CompletableFuture<?> answer) {
    RaftCore running = lifecycle.running();
    if (running == null) {
      flows
          .memberships()
          .fail(
              answer,
              lifecycle.hasStopped()
                  ? lifecycle.stoppedReason()
                  : new NotLeaderException(null, lifecycle.notYet()));
    }
    return running;
  }

  void viewMembers(CompletableFuture<MembershipView> answer) {
    MembershipView view = MembershipReport.of(
        lifecycle.view(),
        context.self(),
        flows.memberships(),
        context.peers().guests(),
        context.options().electionTimeoutMax().toNanos(),
        context.nowNanos());
    pipeline().run(() -> answer.complete(view));
  }

  /** Bytes of proposals that others forwarded and that have not ended, and of outcomes that are not on their way yet. On any thread. */
  long forwardedBytes() {
    return flows.proposals().forwardedBytes();
  }

  /** A caller waits for it, so it must not be left out if something is wrong. */
  void completeWithStatus(CompletableFuture<NodeStatus> asked) {
    try {
      asked.complete(status());
    } catch (Throwable e) {
      asked.completeExceptionally(e);
      throw e;
    }
  }

  private NodeStatus status() {
    RaftCore running = lifecycle.running();
    if (running != null) {
      look(running.view(), context.nowNanos());
    }
    return StatusReport.of(
        context.host(),
        context.group(),
        context.self(),
        lifecycle.health(),
        lifecycle.detail(),
        lifecycle.view(),
        lifecycle.recovery(),
        freshness,
        applyProgress,
        pipeline().appliedIndex(),
        snapshots.status(lifecycle.view()),
        pipeline().sessionsStatus(),
        context.options().electionTimeoutMax());
  }
}
