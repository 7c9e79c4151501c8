package io.github.balsaraft.node;

import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.core.CoreWrite;
import io.github.balsaraft.core.ProposalResult;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.model.BirthAnswer;
import io.github.balsaraft.model.BirthQuery;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.JoinAnswer;
import io.github.balsaraft.model.JoinRequest;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.ServiceMessage;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.RecoveredGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The inside of one replica: feeds its core with what happens and does what the core asks for. Everything here runs on the
 * mailbox, one step at a time.
 */
final class GroupLoop implements Mailbox.Handler<GroupLoop.Event> {

  private static final Duration RETRY_AFTER = Duration.ofMillis(10);
  private static final long NO_TIMER = Long.MAX_VALUE;

  /** Something that happens to the replica. */
  @FunctionalInterface
  interface Event {
    void happen(GroupLoop loop);
  }

  private final HostRuntime host;
  private final HostEnvironment environment;
  private final GroupId group;
  private final RaftOptions options;
  private final BirthPlan plan;
  private final RateLimitedLog log;
  private final ApplyPipeline pipeline;
  private final ReplicaId self;
  private final @Nullable RecoveredGroup recovered;

  private final ReplicaRoutes routes = new ReplicaRoutes();
  private final ProposalTracker appended = new ProposalTracker();
  private final Forwarder forwarder;
  private final ForwardingIntake intake;
  private final Map<Long, List<PendingRead>> reads = new LinkedHashMap<>();
  private long lastReadId;

  /** What arrived in the batch that is being handled. */
  private List<Proposal> newProposals = new ArrayList<>();

  private List<PendingRead> newReads = new ArrayList<>();
  private List<CompletableFuture<Void>> leaderAwaited = new ArrayList<>();
  private boolean inBatch;

  private Health health = Health.BEING_BORN;
  private String healthDetail = "";
  private @Nullable RaftCore core;
  private @Nullable Birth birth;
  private @Nullable JoinSeeker joinSeeker;
  private @Nullable EntryBatch founding;
  private @Nullable Configuration routedConfiguration;
  private long timerAtNanos = NO_TIMER;

  /** When this node last knew itself in touch with a leader, in whatever role; -1 if never. */
  private long leaderContactNanos = -1;

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
    this.pipeline = new ApplyPipeline(
        group,
        settings.stateMachine(),
        host.store(),
        0,
        options.maxApplyQueueBytes(),
        environment,
        (what, cause) -> {
          log.error(what + "; this replica stops", cause);
          mailbox.offer(loop -> loop.stop(Health.FAILED, what));
        },
        this::flushOutcomes);
    this.forwarder = new Forwarder(
        self, host.nonZeroRandom(), options.requestTimeout().toNanos(), pipeline::run);
    this.intake = new ForwardingIntake(
        self,
        recovered == null ? 0 : recovered.hardState().term(),
        options.maxPendingProposalBytes(),
        this::send);
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

  private void flushOutcomes() {
    intake.flush();
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
    } catch (RuntimeException | Error e) {
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
    } catch (RuntimeException | Error e) {
      broken(e);
    }
  }

  private void broken(Throwable cause) {
    log.error("a step of the protocol failed; this replica stops", cause);
    stop(Health.FAILED, "a step of the protocol failed: " + cause);
  }

  private void step() {
    long nowNanos = environment.nowNanos();
    forwarder.expire(nowNanos);
    if (birth != null) {
      birth.step(nowNanos);
    }
    if (core == null) {
      refuseWhileUnborn();
    } else {
      appendOrForward(core, nowNanos);
      requestReads(core);
      noteContact(core);
      perform(core.ready());
      tellOfLeader(core);
      if (joinSeeker != null && !joinSeeker.isDone()) {
        joinSeeker.step(core, nowNanos);
      }
    }
    armTimer();
  }

  private void noteContact(RaftCore running) {
    leaderContactNanos = Math.max(leaderContactNanos, running.lastLeaderContactNanos());
  }

  private void armTimer() {
    long deadline = forwarder.deadlineNanos();
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

  // ------------------------------------------------------------------ birth

  /** Goes on from what is stored, or begins to be born. */
  void start() {
    plan.peers().forEach(peer -> {
      if (!peer.host().equals(host.self())) {
        host.transport().setRoute(peer.host(), peer.address());
      }
    });
    if (recovered != null && recovered.replica().state() == ReplicaRecord.State.MEMBER) {
      startCore(recovered);
      return;
    }
    birth = new Birth(plan, self, host.self(), new BirthPort());
    if (recovered == null) {
      // The id must be durable before it is told to anybody: nobody may count on a replica that
      // nobody is.
      ReplicaRecord unborn = new ReplicaRecord(self, ReplicaRecord.State.UNBORN);
      Birth waiting = birth;
      birth = null;
      host.writer()
          .write(
              LogWrite.of(List.of(GroupWrite.ofReplica(group, unborn))),
              () -> mailbox.offer(loop -> loop.birth = waiting));
    }
  }

  private void startCore(RecoveredGroup from) {
    if (health != Health.BEING_BORN) {
      // Closed, or failed, while the birth was being written.
      return;
    }
    birth = null;
    RaftCore started = CoreStarter.start(from, options, environment);
    core = started;
    health = Health.RUNNING;
    if (from.firstIndex() == 1 && from.last().index() >= 1) {
      EntryBatch first = host.store().read(group, 1, 1, 1).get(0);
      founding = first.type() == EntryType.CONFIGURATION ? first : null;
    }
    if (!hasBeenVoter(from.configurations())) {
      joinSeeker = new JoinSeeker(self, host, group, plan);
    }
    followConfiguration(started);
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

  private final class BirthPort implements Birth.Port {

    @Override
    public void send(HostId to, BirthQuery query) {
      sendToHost(to, query);
    }

    @Override
    public ClusterIdentity newCluster() {
      ClusterIdentity present = host.cluster();
      return present != null ? present : new ClusterIdentity(host.nonZeroRandom(), 1);
    }

    @Override
    public void clusterOfPeer(ClusterIdentity cluster) {
      if (host.claimCluster(cluster) == null) {
        log.warn(environment.nowNanos(), "a fellow founder belongs to another cluster, " + cluster);
      }
    }

    @Override
    public long wallMillis() {
      return environment.wallMillis();
    }

    @Override
    public void born(ClusterIdentity cluster, @Nullable EntryBatch firstEntry) {
      HostRecord record = host.claimCluster(cluster);
      if (record == null) {
        stop(
            Health.FAILED,
            "the group belongs to cluster " + cluster + ", but this host's folder to "
                + host.cluster());
        return;
      }
      RecoveredGroup newborn = CoreStarter.newborn(self, firstEntry);
      GroupWrite write = new GroupWrite(
          group,
          newborn.replica(),
          newborn.hardState(),
          0,
          firstEntry == null ? List.of() : List.of(firstEntry),
          0);
      log.info(
          environment.nowNanos(),
          firstEntry == null
              ? "the group exists: joins cluster " + cluster + " as the new replica " + self
              : "the group is founded in cluster " + cluster + " by "
                  + Configuration.decode(firstEntry.singlePayload()));
      host.writer().write(new LogWrite(record, List.of(write)), () -> {
        host.clusterIsDurable();
        mailbox.offer(loop -> {
          host.transport().identityChanged();
          loop.startCore(newborn);
        });
      });
    }
  }

  private void answerBirth(HostId from, BirthQuery query) {
    if (core == null) {
      if (birth != null) {
        sendToHost(from, birth.answer(query, host.durableCluster()));
      }
      return;
    }
    EntryBatch first = founding;
    boolean founder =
        first != null && Configuration.decode(first.singlePayload()).contains(query.replica());
    sendToHost(
        from,
        new BirthAnswer(
            query.replica(), plan.foundersDigest(), null, host.cluster(), founder ? first : null));
  }

  // ------------------------------------------------------------------ what happens

  void receive(HostId from, List<Message> messages) {
    for (Message message : messages) {
      if (message instanceof ProtocolMessage protocol) {
        if (core != null && health == Health.RUNNING) {
          routes.heardFrom(protocol.from(), from);
          core.receive(protocol);
        }
      } else if (health == Health.RUNNING || health == Health.BEING_BORN) {
        receiveService(from, (ServiceMessage) message);
      }
    }
  }

  private void receiveService(HostId from, ServiceMessage message) {
    if (message instanceof BirthQuery query) {
      answerBirth(from, query);
    } else if (message instanceof BirthAnswer answer) {
      if (birth != null) {
        birth.onAnswer(from, answer);
      }
    } else if (message instanceof JoinAnswer answer) {
      if (joinSeeker != null) {
        joinSeeker.onAnswer(answer);
      }
    } else if (core != null) {
      receiveFromMember(core, from, message);
    }
  }

  private void receiveFromMember(RaftCore running, HostId from, ServiceMessage message) {
    if (message instanceof JoinRequest request) {
      if (!request.host().equals(from)) {
        host.misdirected();
        return;
      }
      sendToHost(
          from,
          Joining.nextStep(
              running,
              request,
              environment.nowNanos(),
              options.electionTimeoutMin().toNanos()));
    } else if (message instanceof ForwardedProposals proposals) {
      routes.heardFrom(proposals.from(), from);
      if (proposals.to().equals(self)) {
        intake.onProposals(
            proposals,
            running.hardState().term(),
            running.currentRole() == Role.LEADER,
            newProposals::add);
      } else {
        host.misdirected();
      }
    } else if (message instanceof ForwardedOutcomes outcomes) {
      forwarder.onOutcomes(outcomes);
    } else {
      throw new IllegalStateException("no answer to " + message);
    }
  }

  void propose(Proposal proposal) {
    newProposals.add(proposal);
    if (health == Health.FAILED || health == Health.CLOSED) {
      refuse(takeNewProposals(), stoppedReason());
    }
  }

  void read(PendingRead read) {
    newReads.add(read);
    if (health == Health.FAILED || health == Health.CLOSED) {
      refuseReads(takeNewReads(), healthDetail);
    }
  }

  /** Completes the future once there is a leader, or with an exception if this node won't hear of one any more. */
  void awaitLeader(CompletableFuture<Void> known) {
    leaderAwaited.add(known);
    if (health == Health.FAILED || health == Health.CLOSED) {
      refuseToAwait();
    }
  }

  private void refuseToAwait() {
    List<CompletableFuture<Void>> refused = leaderAwaited;
    leaderAwaited = new ArrayList<>();
    NotAppendedException reason = stoppedReason();
    pipeline.run(() -> refused.forEach(known -> known.completeExceptionally(reason)));
  }

  private void tellOfLeader(RaftCore running) {
    // A leader can do its work only once it knows what is committed.
    boolean ready = running.currentRole() == Role.LEADER
        ? running.hasCommittedInTerm()
        : running.leader() != null;
    if (ready && !leaderAwaited.isEmpty()) {
      List<CompletableFuture<Void>> told = leaderAwaited;
      leaderAwaited = new ArrayList<>();
      pipeline.run(() -> told.forEach(known -> known.complete(null)));
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

  private static void forEachReplicaOn(
      HostId peer, RaftCore running, java.util.function.Consumer<ReplicaId> action) {
    for (Member member : running.configuration().membersOn(peer)) {
      action.accept(member.replica());
    }
  }

  // ------------------------------------------------------------------ proposals and reads

  private List<Proposal> takeNewProposals() {
    List<Proposal> taken = newProposals;
    newProposals = new ArrayList<>();
    return taken;
  }

  private List<PendingRead> takeNewReads() {
    List<PendingRead> taken = newReads;
    newReads = new ArrayList<>();
    return taken;
  }

  private void appendOrForward(RaftCore running, long nowNanos) {
    if (newProposals.isEmpty()) {
      return;
    }
    List<Proposal> proposals = takeNewProposals();
    ReplicaId leader = running.leader();
    if (running.currentRole() == Role.LEADER) {
      append(running, proposals);
    } else if (leader != null && options.forwardProposals()) {
      forward(running, proposals, leader, nowNanos);
    } else {
      HostId leaderHost = leader == null ? null : routes.hostOf(leader);
      refuse(
          proposals,
          new NotLeaderException(
              leaderHost, leaderHost == null ? "no leader is known" : leaderHost + " leads"));
    }
  }

  /** Appends in as few batches as the size of a message allows, each with bytes of its own. */
  private void append(RaftCore running, List<Proposal> proposals) {
    int start = 0;
    try {
      while (start < proposals.size()) {
        int end = endOfBatch(proposals, start, options.maxMessageBytes() / 2);
        appendBatch(running, proposals.subList(start, end));
        start = end;
      }
    } catch (RuntimeException | Error e) {
      // This replica stops now, and from here on nobody else knows of them.
      List<Proposal> left = proposals.subList(start, proposals.size());
      pipeline.run(() -> left.forEach(proposal -> proposal.unknown("appending it failed: " + e)));
      throw e;
    }
  }

  private void appendBatch(RaftCore running, List<Proposal> batch) {
    long bytes = 0;
    for (Proposal proposal : batch) {
      bytes += entryBytes(proposal);
    }
    Payloads payloads = new Payloads(EntryType.COMMAND, Math.toIntExact(bytes));
    for (Proposal proposal : batch) {
      payloads.add(proposal.command, proposal.crc32c);
    }
    ProposalResult result = running.propose(payloads);
    if (result instanceof ProposalResult.Appended position) {
      appended.appended(position.first().index(), batch);
    } else {
      refuse(
          batch, new OverloadedException(((ProposalResult.Refused) result).detail(), RETRY_AFTER));
    }
  }

  /** Where the batch ends that starts here and takes at most so many bytes, or a single proposal. */
  private static int endOfBatch(List<Proposal> proposals, int start, long maxBytes) {
    long bytes = 0;
    int end = start;
    while (end < proposals.size()
        && (end == start || bytes + entryBytes(proposals.get(end)) <= maxBytes)) {
      bytes += entryBytes(proposals.get(end++));
    }
    return end;
  }

  private static long entryBytes(Proposal proposal) {
    return (long) proposal.command.length + Payloads.ENTRY_OVERHEAD_BYTES;
  }

  private void forward(
      RaftCore running, List<Proposal> proposals, ReplicaId leader, long nowNanos) {
    int start = 0;
    while (start < proposals.size()) {
      int end = endOfBatch(proposals, start, options.maxMessageBytes());
      send(
          leader,
          forwarder.forward(
              proposals.subList(start, end), leader, running.hardState().term(), nowNanos));
      start = end;
    }
  }

  private void refuse(List<Proposal> proposals, NotAppendedException reason) {
    if (!proposals.isEmpty()) {
      pipeline.run(() -> proposals.forEach(proposal -> proposal.notAppended(reason)));
    }
  }

  private void requestReads(RaftCore running) {
    if (!newReads.isEmpty()) {
      reads.put(++lastReadId, takeNewReads());
      running.read(lastReadId);
    }
  }

  private void refuseReads(List<PendingRead> refused, String reason) {
    if (!refused.isEmpty()) {
      pipeline.run(() -> refused.forEach(read -> read.refuse(reason)));
    }
  }

  private void refuseWhileUnborn() {
    refuse(takeNewProposals(), new NotLeaderException(null, "this replica is not born yet"));
    refuseReads(takeNewReads(), "this replica is not born yet");
  }

  // ------------------------------------------------------------------ what the core asks for

  private void perform(Ready ready) {
    for (Ready.RoleChange change : ready.roleChanges()) {
      roleChanged(change);
    }
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
    send(ready.messages());
    Ready.Committed committed = ready.committed();
    if (committed != null) {
      pipeline.committed(committed, appended.takeUpTo(committed.toIndex()));
    }
    if (ready.lostProposalsFrom() > 0) {
      List<Proposal> lost = appended.takeFrom(ready.lostProposalsFrom());
      if (!lost.isEmpty()) {
        pipeline.run(() -> lost.forEach(
            proposal -> proposal.unknown("leadership was lost before the entry was committed")));
      }
    }
    ready.loads().forEach(this::load);
    ready.reads().forEach(this::readDecided);
    if (core != null) {
      followConfiguration(core);
    }
  }

  private void roleChanged(Ready.RoleChange change) {
    ReplicaId leader = change.leader();
    log.info(
        environment.nowNanos(),
        change.role() + " in term " + change.term()
            + (leader == null || leader.equals(self) ? "" : " under " + nameOf(leader)) + ": "
            + change.reason());
    // Whoever it was sent to no longer leads, as far as we know: it may have been appended there,
    // or not.
    forwarder.loseAll("the leader changed before it answered");
  }

  private String nameOf(ReplicaId replica) {
    HostId known = routes.hostOf(replica);
    return known == null ? replica.toString() : known.name();
  }

  private void write(CoreWrite write) {
    GroupWrite groupWrite =
        new GroupWrite(group, null, write.hardState(), write.truncateFrom(), write.append(), 0);
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

  private void readDecided(Ready.ReadOutcome outcome) {
    List<PendingRead> decided = reads.remove(outcome.readId());
    if (decided == null) {
      return;
    }
    if (outcome.isConfirmed()) {
      pipeline.read(
          outcome.index(),
          () -> decided.forEach(PendingRead::run),
          reason -> decided.forEach(read -> read.refuse(reason)));
    } else {
      refuseReads(decided, outcome.refusal());
    }
  }

  /** Learns where members are reached. What the operator said at the start wins over what the log says. */
  private void followConfiguration(RaftCore running) {
    Configuration configuration = running.configuration();
    Configuration routed = routedConfiguration;
    if (routed != null && routed.equals(configuration)) {
      return;
    }
    if (routed != null) {
      log.info(environment.nowNanos(), "members are " + configuration);
    }
    routedConfiguration = configuration;
    routes.configure(configuration);
    ReplicaRoutes.addressesIn(configuration).forEach((memberHost, address) -> {
      boolean overridden = plan.peers().stream().anyMatch(peer -> peer.host().equals(memberHost));
      if (!overridden && !memberHost.equals(host.self())) {
        host.transport().setRoute(memberHost, address);
      }
    });
  }

  // ------------------------------------------------------------------ sending

  private void send(List<ProtocolMessage> messages) {
    if (messages.isEmpty()) {
      return;
    }
    Map<HostId, List<GroupMessage>> byHost = new LinkedHashMap<>();
    for (ProtocolMessage message : messages) {
      HostId to = routes.hostOf(message.to());
      if (to != null) {
        byHost.computeIfAbsent(to, key -> new ArrayList<>()).add(new GroupMessage(group, message));
      }
    }
    byHost.forEach((to, batch) -> host.transport().send(to, batch));
  }

  private void send(ReplicaId to, ServiceMessage message) {
    HostId known = routes.hostOf(to);
    if (known != null) {
      sendToHost(known, message);
    }
  }

  private void sendToHost(HostId to, ServiceMessage message) {
    host.transport().send(to, List.of(new GroupMessage(group, message)));
  }

  // ------------------------------------------------------------------ the end

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
    refuse(takeNewProposals(), stoppedReason());
    refuseReads(takeNewReads(), reason);
    reads.values().forEach(waiting -> refuseReads(waiting, reason));
    reads.clear();
    List<Proposal> unfinished = appended.takeFrom(1);
    if (!unfinished.isEmpty()) {
      pipeline.run(() -> unfinished.forEach(proposal -> proposal.unknown(reason)));
    }
    forwarder.loseAll(reason);
    refuseToAwait();
    pipeline.stop(reason);
  }

  /** Bytes of proposals that others forwarded and that have not ended. */
  long forwardedBytes() {
    return intake.pendingBytes();
  }

  /** A caller waits for it, so it must not be left out if something is wrong. */
  void completeWithStatus(CompletableFuture<NodeStatus> asked) {
    try {
      asked.complete(status());
    } catch (RuntimeException | Error e) {
      asked.completeExceptionally(e);
      throw e;
    }
  }

  private NodeStatus status() {
    if (core != null && health == Health.RUNNING) {
      noteContact(core);
    }
    return StatusReport.of(
        host,
        group,
        self,
        health,
        detail(),
        core,
        leaderContactNanos,
        pipeline.appliedIndex(),
        environment.nowNanos());
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
