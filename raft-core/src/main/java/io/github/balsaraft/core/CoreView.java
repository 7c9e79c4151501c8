package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.AdditionStatus;
import io.github.balsaraft.core.membership.ChangeVerdict;
import io.github.balsaraft.core.membership.GroupView;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a replica is and knows, for who only looks: no method changes anything. Each answer is that of the moment, so a step
 * of the core between two questions may lie between the answers.
 *
 * <p>Not thread-safe; used by the thread that feeds the core.
 */
public final class CoreView {

  private final CoreContext context;
  private final Transitions transitions;

  CoreView(CoreContext context, Transitions transitions) {
    this.context = context;
    this.transitions = transitions;
  }

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
      return leader.hasCommittedInTerm() ? leader.rounds().completeSinceNanos() : -1;
    }
    return role instanceof FollowerState follower ? follower.completeSinceNanos() : -1;
  }

  /** The position just before the first entry of the log, where a snapshot stands in; or {@link EntryId#NONE}. */
  public EntryId baseEntry() {
    return context.log.base();
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

  /** The latest configuration that is known to be committed; another one may be in force already. */
  public Configuration committedConfiguration() {
    return context.configurations.committed();
  }

  /** The index of the configuration in force. */
  public long configurationIndex() {
    return context.configurations.latestIndex();
  }

  /** Whether the configuration in force is committed, and not joint: no change is under way in the log. */
  public boolean isSettled() {
    return context.isSettled();
  }

  /** Whether a change would be made as things are, and what speaks against it. Nothing happens. */
  public ChangeVerdict previewChange(MembershipChange change) {
    if (role() instanceof LeaderState leader) {
      return leader.changes().preview(change);
    }
    return ChangeVerdict.of(
        change,
        new GroupView(
            context.self,
            false,
            false,
            configuration(),
            configurationIndex(),
            isSettled(),
            new TreeMap<>(),
            context.options.leaseBounds()));
  }

  /** As a leader: the members on their way in, and how far they are; else empty. */
  public List<AdditionStatus> additions() {
    return role() instanceof LeaderState leader
        ? leader.changes().additions().statuses()
        : List.of();
  }

  /**
   * The index of the committed configuration that removed this replica, as far as it knows; 0 if it wasn't. From then on it
   * neither campaigns nor votes, and it never becomes a member again.
   */
  public long removedAt() {
    return context.removals.ownRemoval();
  }

  /** The index of the committed configuration that removed a replica; 0 if this one knows of none. */
  public long committedRemovalOf(ReplicaId replica) {
    return context.removals.committedRemovalOf(replica);
  }

  /** As a leader: whether an entry of its own term has committed, so that it knows what is committed. */
  public boolean hasCommittedInTerm() {
    return role() instanceof LeaderState leader && leader.hasCommittedInTerm();
  }

  /** As a leader: whether the configuration is committed and the next change may begin (trap 29). */
  public boolean mayBeginChange() {
    return isSettled() && hasCommittedInTerm();
  }

  /** As a leader that holds a lease: until when, by the clock of {@link RaftCore#advanceTo}; else -1. */
  public long leaseUntilNanos() {
    return role() instanceof LeaderState leader ? leader.leaseUntilNanos() : LeaderLease.NONE;
  }

  /** How many reads the lease has answered. */
  public long leaseReadsGranted() {
    return context.counts.leaseReadsGranted();
  }

  /** How many reads that asked for the lease had to ask a quorum. */
  public long leaseReadsRefused() {
    return context.counts.leaseReadsRefused();
  }

  /** As a leader that hands its office over: to whom; else null. */
  public @Nullable ReplicaId transferTarget() {
    return role() instanceof LeaderState leader ? leader.transferTarget() : null;
  }

  /** As a leader that hands its office over: until when it tries; else {@link Long#MAX_VALUE}. */
  public long transferDeadlineNanos() {
    return role() instanceof LeaderState leader ? leader.transferDeadlineNanos() : Long.MAX_VALUE;
  }

  /**
   * Since when the disk has finished no write although it has one to do, by the clock of {@link RaftCore#advanceTo}; -1 if
   * it has none.
   */
  public long diskWaitingSinceNanos() {
    return context.writes.waitingSinceNanos();
  }

  /**
   * Whether the target of a transfer was certainly not told to campaign, so that this request never makes it lead. False of a
   * transfer whose {@link Ready.TransferOutcome} was handed out: that says it itself.
   */
  public boolean isTransferTargetUntold(long transferId) {
    return context.transfers.isUntold(transferId);
  }

  /** As a leader: bytes appended that are not committed, or not durable here; else 0. */
  public long uncommittedBytes() {
    return role() instanceof LeaderState leader ? leader.uncommittedBytes() : 0;
  }

  /** Bytes of recent entries in memory. */
  public long windowBytes() {
    return context.log.windowBytes();
  }

  /** Bytes of entries that the disk was given, or will be, and has not made durable yet. */
  public long unfinishedBytes() {
    return context.log.unfinishedBytes();
  }

  /** The part of {@link #windowBytes} that is kept for followers only: what is durable here, and committed. */
  public long settledWindowBytes() {
    return context.log.windowBytesUpTo(Math.min(context.commitIndex(), context.log.durableIndex()));
  }

  /** As a leader: what is known of another member; else, or of a stranger, null. */
  public @Nullable FollowerView follower(ReplicaId replica) {
    Progress progress = progressOf(replica);
    return progress == null
        ? null
        : new FollowerView(
            progress.match(),
            progress.hasLostEntries() ? progress.present() : progress.match(),
            progress.contact().everContacted(),
            progress.contact().lastContactNanos(),
            progress.inflightBytes(),
            progress.inflightMessages());
  }

  /** As a leader: what other members have lost that they had acknowledged, and have not got again; else nothing. */
  public List<LostEntries> lostEntries() {
    return role() instanceof LeaderState leader ? leader.lostEntries() : List.of();
  }

  /** What is known of a member at its source, which goes on changing. */
  @Nullable
  Progress progressOf(ReplicaId replica) {
    return role() instanceof LeaderState leader ? leader.progressOf(replica) : null;
  }

  /**
   * The last moment at which this replica knew itself in touch with a leader: when it last heard one, or as a leader when
   * a quorum was last heard of; -1 if neither.
   */
  public long lastLeaderContactNanos() {
    RoleState role = role();
    if (role instanceof LeaderState leader) {
      return leader.rounds().lastQuorumContactNanos();
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
    return context.counts.droppedMessages();
  }

  private RoleState role() {
    return transitions.current();
  }
}
