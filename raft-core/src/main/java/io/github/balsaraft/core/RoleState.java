package io.github.balsaraft.core;

import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.HeartbeatResponse;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReadIndexResponse;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.TransferRevocationResponse;
import io.github.balsaraft.model.VoteResponse;
import org.jspecify.annotations.Nullable;

/**
 * The part of a replica's behaviour that depends on its role, and the fields that exist in that role only. A new object is
 * made at each transition, so that nothing of the old role survives.
 *
 * <p>{@link MessageIntake} has applied the rules common to all roles before it passes a message on: it is for this replica, and
 * of its current term. What a role doesn't expect, it drops; such messages are late, duplicated or out of order. What a leader
 * sends to its followers goes to {@link FollowerState} alone: hearing a leader makes every other role end.
 */
abstract sealed class RoleState permits FollowerState, CampaignState, LeaderState {

  final CoreContext context;

  RoleState(CoreContext context) {
    this.context = context;
  }

  abstract Role role();

  /** Who leads in the current term, as far as this replica knows. */
  abstract @Nullable ReplicaId leader();

  /** When the role has something to do even if nothing happens until then. */
  abstract long deadlineNanos();

  /** Does what is due. */
  abstract void onDeadline();

  /**
   * Whether votes are refused because a leader is in office: one was heard within the minimum election timeout (leader
   * stickiness, Raft thesis 4.2.3).
   */
  abstract boolean protectsLeaderFrom(ReplicaId candidate);

  /** Called after each batch of inputs and due deadlines, before the output is taken. */
  void beforeOutput() {}

  /** A snapshot has taken the place of the log. */
  void installed() {}

  /** Up to where the log may be compacted, given a snapshot up to this index. */
  long compactionLimit(long snapshotIndex) {
    return snapshotIndex;
  }

  void onInstallSnapshotResponse(InstallSnapshotResponse message) {
    context.counts.dropped();
  }

  /** Something became durable. */
  void onDurable() {}

  /** Called when another role follows. */
  void leave() {}

  void onPreVoteResponse(PreVoteResponse message) {
    context.counts.dropped();
  }

  void onVoteResponse(VoteResponse message) {
    context.counts.dropped();
  }

  void onAppendEntriesResponse(AppendEntriesResponse message) {
    context.counts.dropped();
  }

  void onHeartbeatResponse(HeartbeatResponse message) {
    context.counts.dropped();
  }

  void onReadIndexRequest(ReadIndexRequest message) {
    context.outbox.send(
        new ReadIndexResponse(context.self, message.from(), context.term(), message.request(), 0));
  }

  void onReadIndexResponse(ReadIndexResponse message) {
    context.counts.dropped();
  }

  /** From the leader of the current term. */
  void onTimeoutNow(TimeoutNow message) {
    context.counts.dropped();
  }

  void onTransferRevocationResponse(TransferRevocationResponse message) {
    context.counts.dropped();
  }

  ProposalResult propose(Payloads payloads) {
    return new ProposalResult.Refused(
        ProposalResult.Reason.NOT_LEADER, "this member is not the leader");
  }

  /** A linearizable read of this replica. */
  void read(long readId) {
    context.output.readEnded(new Ready.ReadOutcome(readId, -1, "no leader is known"));
  }

  /** A read that the lease of this replica may answer. Returns false if it has none. */
  boolean leaseRead(long readId) {
    return false;
  }

  /** Another replica was told that it would get this one's vote. */
  void preVoteGranted(RequestPreVote request) {}

  /** The process of a peer seems to be gone. */
  void onPeerGone(ReplicaId peer) {}
}
