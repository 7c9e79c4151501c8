package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.trace.TraceSink;
import java.util.List;
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
  private final ReadyAssembler assembler;
  private final CoreView view;

  /** Starts as a follower of nobody, with what was durable, and without a trace. */
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
    this.assembler = new ReadyAssembler(context, snapshots);
    this.view = new CoreView(context, transitions);
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
    assembler.logTimeCut(
        context.logClock.observe(context.nowNanos(), wallMillis, context.log.logTimeMillis()));
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
   * @throws IllegalArgumentException if they are neither commands nor entries of sessions
   */
  public ProposalResult propose(Payloads payloads) {
    if (!payloads.type().isProposed()) {
      throw new IllegalArgumentException(
          "only commands and entries of sessions are proposed, not " + payloads.type());
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
      context.output.changeEnded(Ready.ChangeOutcome.refused(
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
    return role() instanceof LeaderState leader && leader.changes().additions().abort(changeId);
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
      context.counts.leaseReadGranted();
      context.trace.readBegun(readId);
      context.trace.leaseRead(readId, view.leaseUntilNanos());
    } else {
      context.counts.leaseReadRefused();
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
   * @param target a voter; or null for the most up to date of those that answer and whose state machines keep up, of these the one with the highest priority, of
   *     these the one with the lowest id. A member with priority 0 leads only if it is named
   * @param timeoutNanos for how long to try; at most the maximum election timeout, because nothing can be proposed meanwhile
   */
  public void transferLeadership(long transferId, @Nullable ReplicaId target, long timeoutNanos) {
    if (role() instanceof LeaderState leader) {
      leader.transferLeadership(transferId, target, timeoutNanos);
    } else {
      context.transfers.notNow(transferId, target, "this member is not the leader");
    }
  }

  /** Everything up to this write is durable. */
  public void written(long sequence) {
    context.writes.written(sequence, context.nowNanos());
    context.log.written(sequence);
    context.repair.written(sequence);
    context.trace.written(sequence);
    context.outbox.release();
    role().onDurable();
  }

  /**
   * Entries that a {@link Ready.Load} asked for; none if they could not be read: they are asked for again if they are still
   * needed.
   */
  public void loaded(ReplicaId follower, long generation, List<EntryBatch> batches) {
    if (!answers.loaded(generation, batches) && role() instanceof LeaderState leader) {
      leader.loaded(follower, generation, batches);
    }
  }

  /**
   * A snapshot of this replica's own state is durable and verified: from now on it can be served to others, and the log may
   * be compacted behind it. One that is older than the newest known is ignored.
   *
   * @param header its last entry was handed out to apply, and its {@link SnapshotHeader#takenInTerm} is this replica's term
   *     then or later
   */
  public void snapshotSaved(SnapshotHeader header) {
    InvariantViolation.check(
        header.last().index() <= assembler.releasedIndex(),
        "a snapshot up to " + header.last() + " where only " + assembler.releasedIndex()
            + " was handed out");
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

  /**
   * A {@link Ready.Fetch} gets on; to be told now and then. A leader that adds this replica gives it up if it doesn't.
   *
   * @param doneBytes how much was fetched, and read once more after that, both together
   */
  public void snapshotProgress(long generation, long doneBytes) {
    snapshots.progressed(generation, doneBytes);
  }

  /** A {@link Ready.Fetch} could not be done: its source can't be reached, or doesn't have such a snapshot. */
  public void snapshotFailed(long generation) {
    snapshots.failed(generation);
  }

  /**
   * The state machine has applied everything up to this index, or is restored from a snapshot up to it. To be told from the start on
   * and now and then: a leader that may choose hands over to members whose state machines keep up, and others let them stand for election
   * first. Where nobody says it, it counts as one that does.
   */
  public void applied(long index) {
    context.applyPace.applied(index);
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
    context.compaction.step(role()::compactionLimit);
    return assembler.assemble();
  }

  /** When time must be passed in even if nothing happens. */
  public long nextDeadlineNanos() {
    return Math.min(
        role().deadlineNanos(),
        Math.min(context.transfers.deadlineNanos(), refilling.deadlineNanos()));
  }

  /** What this replica is and knows. The same object each time; it always tells the present state. */
  public CoreView view() {
    return view;
  }

  private RoleState role() {
    return transitions.current();
  }
}
