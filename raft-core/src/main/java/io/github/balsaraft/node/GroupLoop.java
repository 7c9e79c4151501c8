package io.github.balsaraft.node;

import io.github.balsaraft.api.ChangePreview;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.core.CoreWrite;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.BirthAnswer;
import io.github.balsaraft.model.BirthQuery;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.JoinAnswer;
import io.github.balsaraft.model.JoinRequest;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.RemovedNotice;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.ServiceMessage;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.model.trace.TraceSink;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.RecoveredGroup;
import io.github.balsaraft.transport.UnreadableEntries;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The inside of one replica: feeds its core with what happens and does what the core asks for. Everything here runs on the
 * mailbox, one step at a time.
 */
final class GroupLoop implements Mailbox.Handler<GroupLoop.Event> {

  private static final long NO_TIMER = Long.MAX_VALUE;

  /** Something that happens to the replica. */
  @FunctionalInterface
  interface Event {
    void happen(GroupLoop loop);

    /** The node is closed and its threads hang: tells whoever waits. On any thread, maybe more than once. */
    default void abandon(String reason) {}
  }

  private final HostRuntime host;
  private final HostEnvironment environment;
  private final GroupId group;
  private final RaftOptions options;
  private final BirthPlan plan;
  private final ReplicaId self;
  private final @Nullable RecoveredGroup recovered;
  private final RateLimitedLog log;
  private final TraceSink trace;
  private final GroupPeers peers;
  private final ApplyPipeline pipeline;
  private final ProposalFlow proposals;
  private final ReadFlow reads;
  private final TransferFlow transfers;
  private final MembershipFlow memberships;
  private final Freshness freshness = new Freshness();
  private final LeaderWaits leaderWaits = new LeaderWaits(LeaderWaits.MAX_WAITS);

  private Health health = Health.BEING_BORN;
  private String healthDetail = "";
  private @Nullable GroupBirth birth;
  private @Nullable RaftCore core;
  private @Nullable JoinSeeker joinSeeker;
  /** The first entry of the log, if it is the group's first configuration: founders without data are given it. */
  private @Nullable EntryBatch founding;

  private boolean inBatch;
  private long timerAtNanos = NO_TIMER;
  private String lastRoleReason = "";
  private boolean saidRemoved;

  @SuppressWarnings("NullAway.Init")
  private Mailbox<Event> mailbox;

  GroupLoop(HostRuntime host, GroupSettings settings, @Nullable RecoveredGroup recovered) {
    this.host = host;
    this.environment = host.environment();
    this.group = settings.group();
    this.options = settings.options();
    this.plan = settings.birth();
    this.recovered = recovered;
    this.self = recovered == null
        ? new ReplicaId(host.nonZeroRandom())
        : recovered.replica().replica();
    this.log = new RateLimitedLog(host.self() + "/" + group);
    this.trace = GuardedTrace.of(settings.trace(), log);
    this.peers = new GroupPeers(host, group, plan);
    long termAtStart = recovered == null ? 0 : recovered.hardState().term();
    ForwardingIntake intake =
        new ForwardingIntake(self, termAtStart, options.maxPendingProposalBytes(), peers::send);
    this.pipeline = new ApplyPipeline(
        group,
        settings.stateMachine(),
        host.store(),
        0,
        options.maxApplyQueueBytes(),
        environment,
        this::applyFailed,
        intake::flush);
    Forwarder forwarder = new Forwarder(
        self, host.nonZeroRandom(), options.requestTimeout().toNanos(), pipeline::run);
    this.proposals = new ProposalFlow(options, peers, pipeline, forwarder, intake);
    this.reads = new ReadFlow(pipeline, environment::nowNanos, this::confirmAfterAll);
    this.transfers = new TransferFlow(pipeline);
    this.memberships = new MembershipFlow(pipeline, peers.guests());
  }

  void mailbox(Mailbox<Event> ownMailbox) {
    this.mailbox = ownMailbox;
  }

  GroupId group() {
    return group;
  }

  ApplyPipeline pipeline() {
    return pipeline;
  }

  /** May be asked from any thread. */
  Freshness freshness() {
    return freshness;
  }

  private void applyFailed(String what, Throwable cause) {
    if (cause instanceof UnknownFormatException) {
      mailbox.offer(loop -> loop.broken(cause));
      return;
    }
    log.error(what + "; this replica stops", cause);
    mailbox.offer(loop -> loop.stop(Health.FAILED, what));
  }

  // ------------------------------------------------------------------ one batch of events

  @Override
  public void handle(Event event) {
    try {
      if (!inBatch) {
        inBatch = true;
        if (core != null) {
          core.advanceTo(environment.nowNanos(), environment.wallMillis());
        }
      }
      event.happen(this);
    } catch (Throwable e) {
      broken(e);
    }
  }

  @Override
  public void endOfBatch() {
    inBatch = false;
    try {
      if (health == Health.RUNNING || health == Health.BEING_BORN) {
        step();
      }
    } catch (Throwable e) {
      broken(e);
    }
  }

  private void broken(Throwable cause) {
    if (cause instanceof UnknownFormatException) {
      outdated(cause.getMessage() + ", stored here");
      return;
    }
    log.error("a step of the protocol failed; this replica stops", cause);
    stop(Health.FAILED, "a step of the protocol failed: " + cause);
  }

  /** An entry that only a newer version can read must not be skipped, or replicas would diverge. So this is the end. */
  private void outdated(String what) {
    if (!hasStopped()) {
      String reason = Wording.outdated(what);
      log.error("stops: " + reason);
      stop(Health.FAILED, reason);
    }
  }

  private void step() {
    long nowNanos = environment.nowNanos();
    proposals.expire(nowNanos);
    if (birth != null) {
      birth.step(nowNanos);
    }
    if (core == null) {
      proposals.refuseGathered(new NotLeaderException(null, "this replica is not born yet"));
      reads.refuseGathered("this replica is not born yet");
    } else {
      proposals.pass(core, nowNanos);
      reads.pass(core);
      memberships.step(core, nowNanos);
      freshness.observe(core, pipeline.appliedIndex());
      perform(core, core.ready());
      tellOfLeader(core);
      sayIfRemoved(core);
      if (joinSeeker != null && !joinSeeker.isDone()) {
        joinSeeker.step(core, nowNanos);
      }
    }
    peers.guests().forgetSilent(nowNanos);
    armTimer();
  }

  private void armTimer() {
    long deadline = Math.min(proposals.deadlineNanos(), memberships.deadlineNanos());
    deadline = Math.min(deadline, peers.guests().deadlineNanos());
    if (core != null) {
      deadline = Math.min(deadline, core.nextDeadlineNanos());
    }
    if (birth != null) {
      deadline = Math.min(deadline, birth.deadlineNanos());
    }
    if (joinSeeker != null) {
      deadline = Math.min(deadline, joinSeeker.deadlineNanos());
    }
    // One timer at a time: one that fires too early sets the next, and deadlines nearly always move
    // away.
    if (deadline < timerAtNanos) {
      timerAtNanos = deadline;
      long armedFor = deadline;
      environment.schedule(deadline, () -> mailbox.offer(loop -> loop.timerFired(armedFor)));
    }
  }

  private void timerFired(long armedFor) {
    if (timerAtNanos == armedFor) {
      timerAtNanos = NO_TIMER;
    }
  }

  // ------------------------------------------------------------------ the beginning

  /** Goes on from what is stored, or begins to be born. */
  void start() {
    peers.followPlan();
    if (recovered != null && recovered.replica().state() == ReplicaRecord.State.MEMBER) {
      startCore(recovered);
      return;
    }
    birth = new GroupBirth(host, group, self, plan, peers, log, new BirthEnds());
    birth.begin(recovered != null);
  }

  private void startCore(RecoveredGroup from) {
    if (health != Health.BEING_BORN) {
      // Closed, or failed, while the birth was being written.
      return;
    }
    birth = null;
    RaftCore started = CoreStarter.start(from, options, environment, trace);
    core = started;
    health = Health.RUNNING;
    if (from.base().index() == 0 && from.last().index() >= 1) {
      EntryBatch first = host.store().read(group, 1, 1, 1).get(0);
      founding = first.type() == EntryType.CONFIGURATION ? first : null;
    }
    if (!hasBeenVoter(from.configurations())) {
      joinSeeker = new JoinSeeker(self, host, group, plan);
    }
    peers.follow(started.configuration());
    log.info(
        environment.nowNanos(),
        "starts as " + self + " in term " + started.hardState().term() + " with a log up to "
            + started.lastEntry() + ", members " + started.configuration());
  }

  /** Whether a configuration made this replica a voter. The last may still be truncated, unless it founded the group. */
  private boolean hasBeenVoter(List<EntryBatch> configurations) {
    int certain = Math.max(1, configurations.size() - 1);
    return configurations.stream()
        .limit(certain)
        .anyMatch(batch -> Configuration.decode(batch.singlePayload()).isVoter(self));
  }

  private final class BirthEnds implements GroupBirth.Ends {

    @Override
    public void later(Runnable step) {
      mailbox.offer(loop -> step.run());
    }

    @Override
    public void born(RecoveredGroup newborn) {
      startCore(newborn);
    }

    @Override
    public void failed(String reason) {
      stop(Health.FAILED, reason);
    }
  }

  private void answerBirth(HostId from, BirthQuery query) {
    peers.askedBy(from, query.address(), null, environment.nowNanos());
    if (birth != null) {
      birth.answer(from, query);
    } else if (core != null) {
      EntryBatch first = founding;
      boolean founder =
          first != null && Configuration.decode(first.singlePayload()).contains(query.replica());
      peers.sendToHost(
          from,
          new BirthAnswer(
              query.replica(),
              plan.foundersDigest(),
              null,
              host.cluster(),
              founder ? first : null));
    }
  }

  // ------------------------------------------------------------------ what happens

  void receive(HostId from, List<Message> messages) {
    for (Message message : messages) {
      if (message instanceof ProtocolMessage protocol) {
        receiveProtocol(from, protocol);
      } else if (health == Health.RUNNING || health == Health.BEING_BORN) {
        receiveService(from, (ServiceMessage) message);
      }
    }
  }

  private void receiveProtocol(HostId from, ProtocolMessage message) {
    if (core != null && health == Health.RUNNING) {
      peers.heardFrom(message.from(), from);
      try {
        core.receive(message);
      } catch (UnknownFormatException e) {
        unreadable(from, message.term(), String.valueOf(e.getMessage()));
      }
    }
  }

  /** Entries arrived that only a newer version can read. */
  void unreadable(HostId from, UnreadableEntries entries) {
    if (entries.to().equals(self)) {
      unreadable(from, entries.term(), entries.what());
    } else {
      host.misdirected();
    }
  }

  private void unreadable(HostId from, long term, String what) {
    // What a deposed leader sent late may be no entry of the group's any more.
    if (core == null || term >= core.hardState().term()) {
      outdated(what + ", sent by " + from);
    }
  }

  private void receiveService(HostId from, ServiceMessage message) {
    if (message instanceof BirthQuery query) {
      answerBirth(from, query);
    } else if (message instanceof BirthAnswer answer) {
      if (birth != null) {
        receiveBirthAnswer(birth, from, answer);
      }
    } else if (message instanceof JoinAnswer answer) {
      if (joinSeeker != null) {
        joinSeeker.onAnswer(answer, peers);
      }
    } else if (core != null) {
      receiveFromMember(core, from, message);
    }
  }

  private void receiveBirthAnswer(GroupBirth unborn, HostId from, BirthAnswer answer) {
    try {
      unborn.onAnswer(from, answer);
    } catch (UnknownFormatException e) {
      outdated(e.getMessage() + ", sent by " + from);
    }
  }

  private void receiveFromMember(RaftCore running, HostId from, ServiceMessage message) {
    if (message instanceof JoinRequest request) {
      if (request.host().equals(from)) {
        onJoinRequest(running, request);
      } else {
        host.misdirected();
      }
    } else if (message instanceof ForwardedProposals forwarded) {
      peers.heardFrom(forwarded.from(), from);
      if (forwarded.to().equals(self)) {
        proposals.onForwarded(forwarded, running);
      } else {
        host.misdirected();
      }
    } else if (message instanceof ForwardedOutcomes outcomes) {
      proposals.onOutcomes(outcomes);
    } else {
      throw new IllegalStateException("no answer to " + message);
    }
  }

  private void onJoinRequest(RaftCore running, JoinRequest request) {
    long nowNanos = environment.nowNanos();
    HostId from = request.host();
    long removedAt = running.configuration().removedAt(request.replica());
    if (removedAt > 0 && removedAt <= running.commitIndex() && running.hasCommittedInTerm()) {
      peers.heardFrom(request.replica(), from);
      long term = running.hardState().term();
      peers.send(List.of(new RemovedNotice(self, request.replica(), term, removedAt)));
      return;
    }
    peers.askedBy(from, request.address(), request.replica(), nowNanos);
    // An operator may be waiting for exactly this one.
    memberships.step(running, nowNanos);
    peers.sendToHost(
        from,
        Joining.nextStep(
            running,
            request,
            nowNanos,
            options.electionTimeoutMin().toNanos(),
            memberships.newChangeId()));
  }

  private void sayIfRemoved(RaftCore running) {
    if (running.removedAt() > 0 && !saidRemoved) {
      saidRemoved = true;
      log.warn(environment.nowNanos(), Wording.removed(running.removedAt()));
    }
  }

  // ------------------------------------------------------------------ changes of the members

  void change(ConfigurationChange change, CompletableFuture<ChangeResult> answer) {
    RaftCore running = runningOrRefuse(answer);
    if (running != null) {
      memberships.change(running, change, answer, environment.nowNanos());
    }
  }

  void preview(ConfigurationChange change, CompletableFuture<ChangePreview> answer) {
    RaftCore running = runningOrRefuse(answer);
    if (running != null) {
      memberships.preview(running, change, answer);
    }
  }

  void abortChange(HostId changing, CompletableFuture<Boolean> answer) {
    RaftCore running = runningOrRefuse(answer);
    if (running != null) {
      memberships.abort(running, changing, answer);
    }
  }

  void viewMembers(CompletableFuture<MembershipView> answer) {
    MembershipView view = MembershipReport.of(
        core,
        self,
        memberships,
        peers.guests(),
        options.electionTimeoutMax().toNanos(),
        environment.nowNanos());
    pipeline.run(() -> answer.complete(view));
  }

  private @Nullable RaftCore runningOrRefuse(CompletableFuture<?> answer) {
    if (hasStopped()) {
      memberships.fail(answer, stoppedReason());
    } else if (core == null) {
      memberships.fail(answer, new NotLeaderException(null, "this replica is not born yet"));
    }
    return hasStopped() ? null : core;
  }

  // ------------------------------------------------------------------ requests

  void propose(Proposal proposal) {
    proposals.add(proposal);
    if (hasStopped()) {
      proposals.refuseGathered(stoppedReason());
    }
  }

  void read(PendingRead read, boolean byLease) {
    if (byLease) {
      reads.addForLease(read);
    } else {
      reads.add(read);
    }
    if (hasStopped()) {
      reads.refuseGathered(healthDetail);
    }
  }

  /** The lease was over before a read was answered: a quorum must confirm it. On any thread. */
  private void confirmAfterAll(PendingRead read) {
    mailbox.offer(new Event() {
      @Override
      public void happen(GroupLoop loop) {
        loop.read(read, false);
      }

      @Override
      public void abandon(String reason) {
        read.refuse(reason);
      }
    });
  }

  /** Hands leadership over, to a member on this host or to whom the leader likes. */
  void transfer(@Nullable HostId target, CompletableFuture<HostId> transferred) {
    if (core == null || hasStopped()) {
      transfers.refuse(transferred, hasStopped() ? healthDetail : "this replica is not born yet");
    } else {
      transfers.begin(core, target, transferred);
    }
  }

  void peerGone(HostId peer) {
    if (core != null) {
      forEachReplicaOn(peer, core, core::peerGone);
    }
  }

  void writable(HostId peer, boolean writable) {
    if (core != null) {
      RaftCore running = core;
      forEachReplicaOn(peer, running, replica -> running.writable(replica, writable));
    }
  }

  private static void forEachReplicaOn(HostId peer, RaftCore running, Consumer<ReplicaId> action) {
    for (Member member : running.configuration().membersOn(peer)) {
      action.accept(member.replica());
    }
  }

  /** Completes the future once there is a leader, or with an exception if this node won't hear of one any more. */
  void awaitLeader(CompletableFuture<Void> known) {
    OverloadedException refusal = leaderWaits.add(known);
    if (refusal != null) {
      pipeline.run(() -> known.completeExceptionally(refusal));
    } else if (hasStopped()) {
      refuseToAwait();
    }
  }

  private void refuseToAwait() {
    List<CompletableFuture<Void>> refused = leaderWaits.take();
    NotAppendedException reason = stoppedReason();
    pipeline.run(() -> refused.forEach(known -> known.completeExceptionally(reason)));
  }

  private void tellOfLeader(RaftCore running) {
    // A leader can do its work only once it knows what is committed.
    boolean ready = running.currentRole() == Role.LEADER
        ? running.hasCommittedInTerm()
        : running.leader() != null;
    if (ready && !leaderWaits.isEmpty()) {
      List<CompletableFuture<Void>> told = leaderWaits.take();
      pipeline.run(() -> told.forEach(known -> known.complete(null)));
    }
  }

  // ------------------------------------------------------------------ what the core asks for

  private void perform(RaftCore running, Ready ready) {
    ready.roleChanges().forEach(this::roleChanged);
    if (ready.logTimeCutMillis() > 0) {
      log.warn(
          environment.nowNanos(),
          "the wall clock jumped ahead; log time ignores " + ready.logTimeCutMillis()
              + " ms of it");
    }
    CoreWrite write = ready.write();
    if (write != null) {
      write(write);
    }
    peers.send(ready.messages());
    Ready.Fetch fetch = ready.fetch();
    if (fetch != null) {
      log.warn(
          environment.nowNanos(),
          "the leader's log no longer has the entries that this replica needs, and this version "
              + "fetches no snapshots");
      mailbox.offer(loop -> running.snapshotFailed(fetch.generation()));
    }
    Ready.Committed committed = ready.committed();
    if (committed != null) {
      proposals.committed(committed);
    }
    if (ready.lostProposalsFrom() > 0) {
      proposals.lostFrom(ready.lostProposalsFrom());
    }
    ready.changes().forEach(outcome -> changeEnded(outcome, running));
    ready.loads().forEach(this::load);
    ready.reads().forEach(reads::decided);
    ready.transfers().forEach(outcome -> transfers.ended(outcome, running));
    if (peers.follow(running.configuration())) {
      log.info(environment.nowNanos(), "members are " + running.configuration());
    }
  }

  private void roleChanged(Ready.RoleChange change) {
    proposals.roleChanged();
    ReplicaId leader = change.leader();
    String under = leader == null || leader.equals(self) ? "" : " under " + peers.nameOf(leader);
    String line = change.role() + " in term " + change.term() + under + ": " + change.reason();
    // A member without a quorum asks again every second or two, maybe for days: once is enough.
    if (!line.equals(lastRoleReason)) {
      log.info(environment.nowNanos(), line);
    }
    lastRoleReason = line;
  }

  private void changeEnded(Ready.ChangeOutcome outcome, RaftCore running) {
    memberships.ended(outcome, running);
    if (outcome.end() == Ready.ChangeEnd.REFUSED) {
      // Nothing has happened, and whoever asks is told, perhaps several times a second.
      return;
    }
    log.info(
        environment.nowNanos(),
        "change " + outcome.changeId() + " of the configuration: " + outcome.end()
            + (outcome.index() > 0 ? " at index " + outcome.index() : "")
            + (outcome.detail().isEmpty() ? "" : ": " + outcome.detail()));
  }

  private void write(CoreWrite write) {
    if (!write.refill().isEmpty()) {
      // No log store starts with damaged entries so far: it refuses such a log.
      throw new UnsupportedOperationException("log stores can't repair entries yet: " + write);
    }
    GroupWrite groupWrite = new GroupWrite(
        group, null, write.hardState(), write.truncateFrom(), write.base(), write.append());
    long sequence = write.sequence();
    host.writer()
        .write(
            LogWrite.of(List.of(groupWrite)), () -> mailbox.offer(loop -> loop.written(sequence)));
  }

  private void written(long sequence) {
    if (core != null && health == Health.RUNNING) {
      core.written(sequence);
    }
  }

  private void load(Ready.Load load) {
    environment.apply().execute(() -> {
      List<EntryBatch> batches;
      try {
        batches = host.store().read(group, load.fromIndex(), load.toIndex(), load.maxBytes());
      } catch (UnknownFormatException e) {
        mailbox.offer(loop -> loop.broken(e));
        return;
      } catch (RuntimeException e) {
        log.warn(
            environment.nowNanos(), "reading old entries for a follower failed: " + e.getMessage());
        // Asked for again at once, it would keep disk and threads busy with what can't be read.
        environment.schedule(
            environment.nowNanos() + options.heartbeatInterval().toNanos(),
            () -> mailbox.offer(loop -> loop.loaded(load, List.of())));
        return;
      }
      mailbox.offer(loop -> loop.loaded(load, batches));
    });
  }

  private void loaded(Ready.Load load, List<EntryBatch> batches) {
    if (core != null && health == Health.RUNNING) {
      core.loaded(load.follower(), load.generation(), batches);
    }
  }

  // ------------------------------------------------------------------ the end

  private boolean hasStopped() {
    return health == Health.FAILED || health == Health.CLOSED;
  }

  private NotAppendedException stoppedReason() {
    return health == Health.CLOSED
        ? new ShuttingDownException()
        : new NodeFailedException(healthDetail);
  }

  /** Takes no part any more. Everybody who waits is told how things stand. */
  void stop(Health end, String reason) {
    if (health == Health.CLOSED || (health == Health.FAILED && end == Health.FAILED)) {
      return;
    }
    health = end;
    healthDetail = reason;
    proposals.stop(stoppedReason(), reason);
    reads.stop(reason);
    transfers.stop(reason);
    memberships.stop(stoppedReason());
    refuseToAwait();
    pipeline.stop(reason);
  }

  /** Bytes of proposals that others forwarded and that have not ended. */
  long forwardedBytes() {
    return proposals.forwardedBytes();
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
    if (core != null && health == Health.RUNNING) {
      freshness.observe(core, pipeline.appliedIndex());
    }
    return StatusReport.of(
        host,
        group,
        self,
        health,
        detail(),
        core,
        freshness,
        pipeline.appliedIndex(),
        options.electionTimeoutMin());
  }

  private String detail() {
    if (health == Health.BEING_BORN && birth != null) {
      return birth.explain();
    }
    if (health == Health.RUNNING && joinSeeker != null && !joinSeeker.isDone()) {
      return joinSeeker.explain();
    }
    return healthDetail;
  }
}
