package io.github.balsaraft.core;

import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.TransferRevocationResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Orders proposals, replicates them, and commits what a quorum has (Raft paper 5.3, 5.4). */
final class LeaderState extends RoleState implements Office {

  private final Transitions transitions;
  private final Replicator replicator;
  private final LeaderReads reads;
  private final MembershipChanges changes;
  private final LeadershipTransfer transfer;
  private final LeaderLease lease;
  private final ContactRounds rounds;
  private final UncommittedEntries uncommitted = new UncommittedEntries();
  private final boolean chosenDespitePriority;

  /** Whether it has tried to hand over since there was a reason for its office to end. */
  private boolean hasHandedOver;

  /** When it last tried to hand over because its disk hangs. */
  private long leftForDiskNanos;

  private long heartbeatDeadlineNanos;

  /**
   * The first entry of this term. Until it has committed this leader doesn't know what is committed: it neither answers
   * reads nor changes the configuration (Raft paper 8; traps 23 and 29).
   */
  private long firstIndexOfTerm;

  LeaderState(CoreContext context, Transitions transitions, boolean named) {
    super(context);
    this.transitions = transitions;
    this.replicator = new Replicator(context);
    this.reads = new LeaderReads(context);
    this.changes = new MembershipChanges(context, replicator, this);
    this.transfer = new LeadershipTransfer(context, replicator);
    this.lease = new LeaderLease(context, replicator);
    this.rounds = new ContactRounds(context, replicator, this, lease, reads);
    this.chosenDespitePriority = named && context.candidacy.hasPriorityZero();
  }

  void start() {
    replicator.begin(context.configuration());
    firstIndexOfTerm = append(Payloads.single(EntryType.NO_OP, new byte[0])).index();
    scheduleHeartbeats();
    rounds.sendHeartbeats();
  }

  @Override
  Role role() {
    return Role.LEADER;
  }

  @Override
  ReplicaId leader() {
    return context.self;
  }

  @Override
  long deadlineNanos() {
    return heartbeatDeadlineNanos;
  }

  @Override
  void onDeadline() {
    if (context.nowNanos() - rounds.lastQuorumContactNanos()
        >= context.options.electionTimeoutMaxNanos()) {
      transitions.becomeFollower(null, "no quorum has answered for an election timeout");
      return;
    }
    scheduleHeartbeats();
    rounds.sendHeartbeats();
    leaveIfOwnDiskHangs();
    transfer.repeat();
    replicator.resendStalled();
    context.compaction.reconsider();
  }

  /** Whether this leader knows what is committed. */
  @Override
  public boolean hasCommittedInTerm() {
    return context.commitIndex() >= firstIndexOfTerm;
  }

  long uncommittedBytes() {
    return uncommitted.bytes();
  }

  ContactRounds rounds() {
    return rounds;
  }

  @Nullable
  Progress progressOf(ReplicaId replica) {
    return replicator.progressOf(replica);
  }

  /** What members have lost that they had acknowledged, and have not got again. */
  List<LostEntries> lostEntries() {
    List<LostEntries> lost = List.of();
    for (Progress progress : replicator.all()) {
      if (progress.hasLostEntries()) {
        lost = lost.isEmpty() ? new ArrayList<>() : lost;
        lost.add(new LostEntries(progress.replica(), progress.present() + 1, progress.match()));
      }
    }
    return lost;
  }

  /** In office until it learns otherwise; a member that asks for votes meanwhile has lost sight of it. */
  @Override
  boolean protectsLeaderFrom(ReplicaId candidate) {
    return true;
  }

  // ------------------------------------------------------------------ proposals

  @Override
  ProposalResult propose(Payloads payloads) {
    if (isTransferring()) {
      return new ProposalResult.Refused(
          ProposalResult.Reason.TRANSFERRING, "leadership is being handed over");
    }
    if (!uncommitted.hasRoomFor(payloads.sizeInBytes(), context.options.maxUncommittedBytes())) {
      return new ProposalResult.Refused(
          ProposalResult.Reason.OVERLOADED,
          uncommitted.bytes()
              + " bytes are appended and not committed, or not durable on the leader, yet");
    }
    return new ProposalResult.Appended(append(payloads));
  }

  @Override
  public EntryId append(Payloads payloads) {
    EntryId first = new EntryId(context.term(), context.log.lastIndex() + 1);
    EntryBatch batch = payloads.place(first, context.logClock.next(context.log.logTimeMillis()));
    context.append(batch);
    uncommitted.appended(batch);
    return first;
  }

  MembershipChanges changes() {
    return changes;
  }

  // ------------------------------------------------------------------ commitment

  @Override
  void onAppendEntriesResponse(AppendEntriesResponse message) {
    if (replicator.onResponse(message)) {
      advanceCommit();
    }
  }

  @Override
  void onInstallSnapshotResponse(InstallSnapshotResponse message) {
    if (replicator.snapshots().onResponse(message)) {
      advanceCommit();
    }
  }

  @Override
  long compactionLimit(long snapshotIndex) {
    return replicator.snapshots().compactionLimit(snapshotIndex);
  }

  /** This replica's own snapshot can't be served any more. */
  void snapshotUnavailable() {
    replicator.snapshots().sourceLost(context.self);
  }

  @Override
  void onDurable() {
    advanceCommit();
  }

  private void advanceCommit() {
    long reached = context.quorum().reached(this::durableAt);
    // Copies count only for entries of the own term (Raft paper 5.4.2, figure 8): an older entry on
    // a majority may still be overwritten. It commits when an entry of this term above it does.
    if (reached > context.commitIndex() && context.log.termAt(reached) == context.term()) {
      context.commitTo(reached);
    }
    uncommitted.settledTo(Math.min(context.commitIndex(), context.log.durableIndex()));
  }

  /** How far the log is durable at a voter. This leader's own copy counts when it is durable, and not before. */
  private long durableAt(ReplicaId voter) {
    if (voter.equals(context.self)) {
      return context.log.durableIndex();
    }
    Progress progress = replicator.progressOf(voter);
    return progress == null ? 0 : progress.match();
  }

  // ------------------------------------------------------------------ contact and reads

  /** Not put off by the rounds that reads open: whatever else is due with a heartbeat must come, however many reads there are. */
  private void scheduleHeartbeats() {
    heartbeatDeadlineNanos = context.nowNanos() + context.options.heartbeatNanos();
  }

  @Override
  void onHeartbeatResponse(HeartbeatResponse message) {
    rounds.onResponse(message);
  }

  @Override
  void read(long readId) {
    reads.read(readId);
  }

  /** Until when reads may be answered by the lease; {@link LeaderLease#NONE} if they may not. */
  long leaseUntilNanos() {
    long until =
        hasCommittedInTerm() && !transfer.mayBeDeposed() ? lease.untilNanos() : LeaderLease.NONE;
    return context.nowNanos() < until ? until : LeaderLease.NONE;
  }

  @Override
  boolean leaseRead(long readId) {
    long until = leaseUntilNanos();
    if (until == LeaderLease.NONE) {
      return false;
    }
    context.output.readEnded(new Ready.ReadOutcome(readId, context.commitIndex(), "", until));
    return true;
  }

  @Override
  void onReadIndexRequest(ReadIndexRequest message) {
    reads.onReadIndexRequest(message);
  }

  // ------------------------------------------------------------------ the rest

  @Override
  void beforeOutput() {
    reads.expire();
    changes.step();
    if (hasCommittedInTerm() && reads.wantsRound()) {
      rounds.sendHeartbeats();
    }
    replicator.sendAll();
    if (!context.candidacy.staysVoter()) {
      transfer.prepare();
    }
    transfer.step();
    rounds.tellIdleOfCommit();
    String endOfOffice = changes.endOfOffice();
    if (endOfOffice == null && !isTransferring()) {
      // Whoever is ready later has not been tried yet.
      hasHandedOver = false;
    }
    if (endOfOffice != null && !triesToHandOver()) {
      // Last of all, so that the others have heard of the commit that ends this leader's office.
      transitions.becomeFollower(null, endOfOffice);
      return;
    }
    String reason = replicator.snapshots().tryToGiveUp();
    if (reason != null) {
      transitions.becomeFollower(null, reason);
    }
  }

  // ------------------------------------------------------------------ the end of its office

  /** Hands leadership over because somebody asks for it. */
  void transferLeadership(long transferId, @Nullable ReplicaId wanted, long timeoutNanos) {
    long deadlineNanos =
        context.nowNanos() + Math.min(timeoutNanos, context.options.electionTimeoutMaxNanos());
    LeadershipTransfer.Refusal refusal = transfer.begin(wanted, deadlineNanos);
    if (refusal == null) {
      context.transfers.begun(transferId, Objects.requireNonNull(transfer.target()), deadlineNanos);
    } else if (refusal.passes()) {
      context.transfers.notNow(transferId, wanted, refusal.reason());
    } else {
      context.transfers.refuse(transferId, wanted, refusal.reason());
    }
  }

  /**
   * Tries once by itself, at the end of the office, so that the others need not wait for an election timeout (trap 10).
   *
   * @return whether leadership is being handed over
   */
  private boolean triesToHandOver() {
    if (!hasHandedOver && !isTransferring()) {
      hasHandedOver = true;
      handOver();
      // All that is in the log was sent above.
      transfer.step();
    }
    return isTransferring();
  }

  /**
   * Hands leadership over of its own accord, to the most suitable member and within an election timeout, unless a transfer is
   * under way already. Nobody is told how it ends.
   */
  private void handOver() {
    if (!isTransferring()) {
      transfer.beginOfItself(context.nowNanos() + context.options.electionTimeoutMaxNanos());
    }
  }

  /**
   * Lets another lead whose disk gets on. That others have committed what is not written here shows that they can do
   * without this disk; and without it nothing that is committed is ever applied or read here.
   */
  private void leaveIfOwnDiskHangs() {
    long waitingSinceNanos = context.writes.waitingSinceNanos();
    long patienceNanos = context.options.electionTimeoutMaxNanos();
    // Proposals are refused while it tries, which is for an
    // election timeout at most. It pauses for as long.
    boolean hasPaused =
        leftForDiskNanos == 0 || context.nowNanos() - leftForDiskNanos >= 2 * patienceNanos;
    if (waitingSinceNanos >= 0
        && context.commitIndex() > context.log.durableIndex()
        && context.nowNanos() - waitingSinceNanos >= patienceNanos
        && hasPaused
        && transfer.target() == null) {
      leftForDiskNanos = context.nowNanos();
      handOver();
    }
  }

  /** To whom leadership is being handed; null if it isn't. */
  @Nullable
  ReplicaId transferTarget() {
    return transfer.target();
  }

  @Override
  public boolean isChosenDespitePriority() {
    return chosenDespitePriority;
  }

  @Override
  public boolean isTransferring() {
    return transfer.target() != null;
  }

  /** Whether the member to whom leadership is being handed was told to campaign, which it does in the next term. */
  boolean hasToldSuccessor() {
    return transfer.isTold();
  }

  /** Until when leadership is being handed over at most; {@link Long#MAX_VALUE} if it isn't. */
  long transferDeadlineNanos() {
    return transfer.deadlineNanos();
  }

  @Override
  void onTransferRevocationResponse(TransferRevocationResponse message) {
    transfer.onResponse(message);
  }

  void loaded(ReplicaId follower, long generation, List<EntryBatch> batches) {
    replicator.loaded(follower, generation, batches);
  }

  void writable(ReplicaId follower, boolean writable) {
    Progress progress = replicator.progressOf(follower);
    if (progress != null) {
      progress.writable(writable);
    }
  }

  @Override
  void leave() {
    // What was appended and is not committed may still
    // commit under the next leader: nobody can know yet.
    context.committedInOfficeTo = context.commitIndex();
    if (context.log.lastIndex() > context.commitIndex()) {
      context.output.proposalsLostFrom(context.commitIndex() + 1);
    }
    changes.leave();
    context.compaction.reconsider();
    reads.refuseAll("leadership was lost before the read was confirmed");
  }
}
