package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.AdditionStatus;
import io.github.balsaraft.core.membership.ChangePreview;
import io.github.balsaraft.core.membership.GroupView;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.trace.TraceSink;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The protocol of one replica of one group, as a pure function with memory (Raft paper; PreVote and CheckQuorum: thesis 9.6
 * and 6.2).
 *
 * <p>Use: any number of inputs, then {@link #ready}, then do what it says, then report completions as further inputs. Time
 * passes only through {@link #advanceTo}; {@link #nextDeadlineNanos} says when it must be called even if nothing happens.
 *
 * <p>Not thread-safe. It never blocks, never reads storage, and the same inputs give the same outputs, to the bit. An {@link
 * InvariantViolation} means that this replica must stop.
 */
public final class RaftCore {

  private final CoreContext context;
  private final Transitions transitions;
  private final MessageIntake intake;
  private final SnapshotIntake snapshots;
  private final Refilling refilling;
  private final EntryAnswers answers;

  /** The highest index that a {@link Ready} has released to apply, or that an installed snapshot covers. */
  private long releasedIndex;

  /** That of the last {@link Ready.Install}. */
  private long applyGeneration;

  private long logTimeCutMillis;
  private long leaseReadsGranted;
  private long leaseReadsRefused;

  /** As below, without a trace. */
  public RaftCore(CoreOptions options, RandomSource random, CoreStart start) {
    this(options, random, start, TraceSink.OFF);
  }

  /** Starts as a follower of nobody, with what was durable, and tells the sink of every step. */
  public RaftCore(CoreOptions options, RandomSource random, CoreStart start, TraceSink sink) {
    this.context = new CoreContext(options, random, start, sink);
    this.transitions = new Transitions(context);
    this.snapshots = new SnapshotIntake(context, transitions);
    this.refilling = new Refilling(context, transitions, snapshots);
    this.answers = new EntryAnswers(context);
    this.intake = new MessageIntake(context, transitions, snapshots, refilling, answers);
    this.releasedIndex = context.commitIndex();
    context.trace.started();
  }

  // ------------------------------------------------------------------ inputs

  /**
   * Time has passed.
   *
   * @param nowNanos the monotonic clock, zero or more, read after the inputs that follow had arrived: leases rest on that; a
   *     value below an earlier one counts as that one
   * @param wallMillis the wall clock, milliseconds since 1970; used for log time only
   */
  public void advanceTo(long nowNanos, long wallMillis) {
    context.advanceTo(nowNanos);
    logTimeCutMillis += context.logClock.observe(context.nowNanos(), wallMillis);
  }

  /**
   * A message arrived. Nonsense is dropped and counted.
   *
   * @throws io.github.balsaraft.model.UnknownFormatException if it holds a configuration that only a newer version can read;
   *     nothing has changed then. Unless the sender's term is over, this replica must not go on without it
   */
  public void receive(ProtocolMessage message) {
    intake.receive(message);
  }

  /**
   * Commands are proposed. Entries of other types have ways of their own, and rules that this one would bypass.
   *
   * @throws IllegalArgumentException if they are not commands
   */
  public ProposalResult propose(Payloads payloads) {
    if (payloads.type() != EntryType.COMMAND) {
      throw new IllegalArgumentException("only commands are proposed, not " + payloads.type());
    }
    return role().propose(payloads);
  }

  /**
   * A change of the configuration is proposed. If voters change, it goes through joint consensus by itself (Raft paper 6); a
   * new member enters as a learner first (thesis 4.2.1). Ends in exactly one {@link Ready.ChangeOutcome}; if leadership is
   * lost meanwhile it may be asked for again, of whoever leads then.
   *
   * @param changeId chosen by the caller, given back in the outcome
   * @throws IllegalArgumentException if a change of that number is under way
   */
  public void changeConfiguration(long changeId, MembershipChange change) {
    if (role() instanceof LeaderState leader) {
      leader.changes().propose(changeId, change);
    } else {
      context.changeOutcomes.add(Ready.ChangeOutcome.refused(
          changeId,
          List.of(new ChangeRefusal(
              ChangeRefusal.Reason.NOT_LEADER, "this member is not the leader"))));
    }
  }

  /**
   * Calls off the addition of a member, unless the change that gives it its role is in the log. Its outcome follows when it is
   * out again.
   *
   * @return false if it is too late, or there is no such addition
   */
  public boolean abortChange(long changeId) {
    return role() instanceof LeaderState leader && leader.changes().abort(changeId);
  }

  /**
   * A linearizable read asks from which index on it may be answered. Ends in exactly one {@link Ready.ReadOutcome}.
   *
   * @param readId chosen by the caller, given back in the outcome
   */
  public void read(long readId) {
    context.trace.readBegun(readId);
    role().read(readId);
  }

  /**
   * As {@link #read}, but answered by this leader's lease if it holds one, without asking anybody (Raft thesis 6.4.1). Its outcome
   * then names the moment by which the answer must be there.
   */
  public void leaseRead(long readId) {
    if (role().leaseRead(readId)) {
      leaseReadsGranted++;
      context.trace.readBegun(readId);
      context.trace.leaseRead(readId, leaseUntilNanos());
    } else {
      leaseReadsRefused++;
      read(readId);
    }
  }

  /** As {@link #transferLeadership(long, ReplicaId, long)}, within the maximum election timeout. */
  public void transferLeadership(long transferId, @Nullable ReplicaId target) {
    transferLeadership(transferId, target, context.options.electionTimeoutMaxNanos());
  }

  /**
   * Hands leadership over (Raft thesis 3.10). Proposals are refused meanwhile. Ends in exactly one {@link
   * Ready.TransferOutcome}.
   *
   * @param transferId chosen by the caller, given back in the outcome
   * @param target a voter; or null for the most up to date of those that answer, of these the one with the highest priority, of
   *     these the one with the lowest id. A member with priority 0 leads only if it is named
   * @param timeoutNanos for how long to try; at most the maximum election timeout, because nothing can be proposed meanwhile
   */
  public void transferLeadership(long transferId, @Nullable ReplicaId target, long timeoutNanos) {
    if (role() instanceof LeaderState leader) {
      leader.transferLeadership(transferId, target, timeoutNanos);
    } else {
      context.transfers.refuse(transferId, target, "this member is not the leader");
    }
  }

  /**
   * Hands leadership over to the most suitable member without anybody asking: there is no outcome. For a leader that leaves.
   *
   * @return whether leadership is being handed over
   */
  boolean handOver() {
    return role() instanceof LeaderState leader && leader.handOver();
  }

  /** Everything up to this write is durable. */
  public void written(long sequence) {
    context.writes.written(sequence);
    context.log.written(sequence);
    context.repair.written(sequence);
    context.trace.written(sequence);
    context.outbox.release();
    role().onDurable();
  }

  /** Entries that a {@link Ready.Load} asked for. */
  public void loaded(ReplicaId follower, long generation, List<EntryBatch> batches) {
    if (!answers.loaded(generation, batches) && role() instanceof LeaderState leader) {
      leader.loaded(follower, generation, batches);
    }
  }

  /** A {@link Ready.Load} could not be done; it is asked for again if it is still needed. */
  public void loadFailed(ReplicaId follower, long generation) {
    loaded(follower, generation, List.of());
  }

  /**
   * A snapshot of this replica's own state is durable and verified: from now on it can be served to others, and the log may
   * be compacted behind it. One that is older than the newest known is ignored.
   *
   * @param header its last entry was handed out to apply
   */
  public void snapshotSaved(SnapshotHeader header) {
    InvariantViolation.check(
        header.last().index() <= releasedIndex,
        "a snapshot up to " + header.last() + " where only " + releasedIndex + " was handed out");
    context.compaction.saved(header);
  }

  /**
   * This replica's newest snapshot can't be read or served any more. The log is not compacted behind it; a leader names other
   * members as sources, or lets another lead. A new snapshot, even at the same index, makes it good.
   *
   * @param lastIndex up to where it reached; an older one than the newest known is ignored
   */
  public void snapshotUnavailable(long lastIndex) {
    if (context.compaction.unavailable(lastIndex) && role() instanceof LeaderState leader) {
      leader.snapshotUnavailable();
    }
  }

  /** The snapshot that a {@link Ready.Fetch} asked for is verified and durable here. */
  public void snapshotReceived(long generation, SnapshotHeader header) {
    snapshots.received(generation, header);
  }

  /** A {@link Ready.Fetch} could not be done: its source can't be reached, or doesn't have such a snapshot. */
  public void snapshotFailed(long generation) {
    snapshots.failed(generation);
  }

  /** The process of a peer seems to be gone. A hint: it may start a pre-vote early, and safety never rests on it. */
  public void peerGone(ReplicaId peer) {
    role().onPeerGone(peer);
  }

  /** Whether the way to a follower takes more entries at the moment. */
  public void writable(ReplicaId follower, boolean writable) {
    if (role() instanceof LeaderState leader) {
      leader.writable(follower, writable);
    }
  }

  // ------------------------------------------------------------------ output

  /** Does what is due, and says what the inputs since the last call ask for. */
  public Ready ready() {
    refilling.step();
    if (role().deadlineNanos() <= context.nowNanos()) {
      role().onDeadline();
    }
    role().beforeOutput();
    context.transfers.expire(context.nowNanos());
    context.compaction.step(role());
    Ready.Install install = takeInstall();
    CoreWrite write = takeWrite();
    Ready.Committed committed = takeCommitted();
    context.trace.readsEnded(context.readOutcomes);
    context.trace.changesEnded(context.changeOutcomes);
    List<Ready.TransferOutcome> transfers = context.transfers.take();
    context.trace.transfersEnded(transfers);
    context.log.evict(releasedIndex, context.options.windowBytes());
    Ready ready = new Ready(
        context.outbox.take(),
        write,
        snapshots.takeFetch(),
        install,
        committed,
        take(context.loads),
        take(context.readOutcomes),
        take(context.roleChanges),
        take(context.changeOutcomes),
        context.lostProposalsFrom,
        logTimeCutMillis,
        transfers);
    context.lostProposalsFrom = 0;
    logTimeCutMillis = 0;
    return ready;
  }

  private @Nullable CoreWrite takeWrite() {
    boolean hardStateChanged = context.writes.isHardStateUnwritten();
    if (!hardStateChanged && !context.log.hasUnwritten() && !context.repair.hasUnwritten()) {
      return null;
    }
    long sequence = context.writes.issue();
    var changes = context.log.takeWrite(sequence);
    return new CoreWrite(
        sequence,
        hardStateChanged ? context.hardState() : null,
        changes.truncateFrom(),
        changes.base(),
        context.repair.takeRefill(sequence),
        changes.append());
  }

  private Ready.@Nullable Install takeInstall() {
    Ready.Install install = snapshots.takeInstall();
    if (install != null) {
      if (context.committedInOfficeTo > releasedIndex) {
        // They are in the snapshot, but what they returned is not: their outcome is unknown.
        context.lostProposalsFrom = releasedIndex + 1;
      }
      releasedIndex = install.header().last().index();
      applyGeneration = install.generation();
    }
    return install;
  }

  private Ready.@Nullable Committed takeCommitted() {
    // Committed is not enough: what is applied here must not be lost here (trap 20).
    long releasable = Math.min(
        context.commitIndex(), Math.min(context.log.durableIndex(), context.repair.intactIndex()));
    if (releasable <= releasedIndex) {
      return null;
    }
    long from = releasedIndex + 1;
    releasedIndex = releasable;
    return new Ready.Committed(
        applyGeneration, from, releasable, context.log.recentPart(from, releasable));
  }

  private static <T> List<T> take(List<T> collected) {
    if (collected.isEmpty()) {
      return List.of();
    }
    List<T> taken = List.copyOf(collected);
    collected.clear();
    return taken;
  }

  /** When time must be passed in even if nothing happens. */
  public long nextDeadlineNanos() {
    return Math.min(
        role().deadlineNanos(),
        Math.min(context.transfers.deadlineNanos(), refilling.deadlineNanos()));
  }

  // ------------------------------------------------------------------ what it knows

  /** What this replica does at the moment. */
  public Role currentRole() {
    return role().role();
  }

  /** Who leads in the current term, if known. */
  public @Nullable ReplicaId leader() {
    return role().leader();
  }

  /** Term and vote, durable or about to be. */
  public HardState hardState() {
    return context.hardState();
  }

  /** The highest index known to be committed. */
  public long commitIndex() {
    return context.commitIndex();
  }

  /**
   * The commit index of the leader that this replica is in touch with, even if the log here doesn't reach so far yet; -1 if
   * there is none, or it doesn't know what is committed yet. A state that has applied this index holds everything that was
   * committed at {@link #completeSinceNanos}.
   */
  public long completeCommitIndex() {
    RoleState role = role();
    if (role instanceof LeaderState leader) {
      return leader.hasCommittedInTerm() ? context.commitIndex() : -1;
    }
    return role instanceof FollowerState follower && follower.leaderCommit() > 0
        ? follower.leaderCommit()
        : -1;
  }

  /**
   * Everything that was committed at this moment, by whatever leader, is at {@link #completeCommitIndex} or below; -1 if no such
   * moment is known.
   *
   * <p>A leader: when it sent the heartbeats of the last round that a quorum has answered; nobody else can have been elected
   * before that. A follower: when it gave the answer that the leader had before it sent such a round. Both are moments of this
   * replica's own clock, so neither delayed messages, nor pauses, nor a leader that was deposed without knowing it make the
   * state look newer than it is.
   */
  public long completeSinceNanos() {
    RoleState role = role();
    if (role instanceof LeaderState leader) {
      return leader.hasCommittedInTerm() ? leader.completeSinceNanos() : -1;
    }
    return role instanceof FollowerState follower ? follower.completeSinceNanos() : -1;
  }

  /** The position just before the first entry of the log, where a snapshot stands in; or {@link EntryId#NONE}. */
  public EntryId baseEntry() {
    return context.log.base();
  }

  /** The newest verified snapshot of this replica's state; null if there is none. */
  public @Nullable SnapshotHeader latestSnapshot() {
    return context.compaction.latest();
  }

  /** The end of the log. */
  public EntryId lastEntry() {
    return context.lastEntry();
  }

  /** The highest index that is durable here. */
  public long durableIndex() {
    return context.log.durableIndex();
  }

  /** The term of an index of the log, from that of {@link #baseEntry} on. */
  public long termAt(long index) {
    return context.log.termAt(index);
  }

  /**
   * The entries of the log that the disk has damaged and that are not repaired yet. As long as there are any, this replica
   * neither votes nor campaigns nor acknowledges nor applies what is at or above the first of them.
   */
  public List<DamagedEntry> damagedEntries() {
    return context.repair.all();
  }

  /** Whether there are damaged entries. */
  public boolean isRecovering() {
    return context.repair.isRecovering();
  }

  /** The configuration in force: the latest in the log, committed or not. */
  public Configuration configuration() {
    return context.configuration();
  }

  /** The index of the configuration in force. */
  public long configurationIndex() {
    return context.configurations.latestIndex();
  }

  /** Whether a change would be made as things are, and what speaks against it. Nothing happens. */
  public ChangePreview previewChange(MembershipChange change) {
    if (role() instanceof LeaderState leader) {
      return leader.changes().preview(change);
    }
    boolean settled = !configuration().isJoint() && configurationIndex() <= commitIndex();
    return ChangePreview.of(
        change,
        new GroupView(
            context.self,
            false,
            false,
            configuration(),
            configurationIndex(),
            settled,
            new TreeMap<>(),
            context.options.leaseBounds()));
  }

  /** As a leader: the members on their way in, and how far they are; else empty. */
  public List<AdditionStatus> additions() {
    return role() instanceof LeaderState leader ? leader.changes().additions() : List.of();
  }

  /**
   * The index of the committed configuration that removed this replica, as far as it knows; 0 if it wasn't. From then on it
   * neither campaigns nor votes, and it never becomes a member again.
   */
  public long removedAt() {
    return context.removals.ownRemoval();
  }

  /** As a leader: whether an entry of its own term has committed, so that it knows what is committed. */
  public boolean hasCommittedInTerm() {
    return role() instanceof LeaderState leader && leader.hasCommittedInTerm();
  }

  /** As a leader that holds a lease: until when, by the clock of {@link #advanceTo}; else -1. */
  public long leaseUntilNanos() {
    return role() instanceof LeaderState leader ? leader.leaseUntilNanos() : LeaderLease.NONE;
  }

  /** How many reads the lease has answered. */
  public long leaseReadsGranted() {
    return leaseReadsGranted;
  }

  /** How many reads that asked for the lease had to ask a quorum. */
  public long leaseReadsRefused() {
    return leaseReadsRefused;
  }

  /** As a leader that hands its office over: to whom; else null. */
  public @Nullable ReplicaId transferTarget() {
    return role() instanceof LeaderState leader ? leader.transferTarget() : null;
  }

  /** As a leader that hands its office over: until when it tries; else {@link Long#MAX_VALUE}. */
  public long transferDeadlineNanos() {
    return role() instanceof LeaderState leader ? leader.transferDeadlineNanos() : Long.MAX_VALUE;
  }

  /** As a leader: bytes appended and not committed; else 0. */
  public long uncommittedBytes() {
    return role() instanceof LeaderState leader ? leader.uncommittedBytes() : 0;
  }

  /** As a leader: what is known of a member; else null. */
  public @Nullable Progress progressOf(ReplicaId replica) {
    return role() instanceof LeaderState leader ? leader.progressOf(replica) : null;
  }

  /**
   * The last moment at which this replica knew itself in touch with a leader: when it last heard one, or as a leader when
   * a quorum was last heard of; -1 if neither.
   */
  public long lastLeaderContactNanos() {
    RoleState role = role();
    if (role instanceof LeaderState leader) {
      return leader.lastQuorumContactNanos();
    }
    return role instanceof FollowerState follower && follower.leader() != null
        ? follower.lastHeardNanos()
        : -1;
  }

  /**
   * Since when a member has been silent although this replica expected to hear of it, as a leader or while it looks for one; -1
   * if it expects nothing of it.
   */
  public long silentSinceNanos(ReplicaId member) {
    return context.contacts.silentSinceNanos(member);
  }

  /** Messages dropped because the protocol doesn't allow them or because they came too late. */
  public long droppedMessages() {
    return context.droppedMessages();
  }

  private RoleState role() {
    return transitions.current();
  }
}
