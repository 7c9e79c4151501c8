package io.github.balsaraft.core;

import io.github.balsaraft.core.quorum.VoteTally;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.VoteResponse;
import org.jspecify.annotations.Nullable;

/** Campaigns in a term of its own (Raft paper 5.2). */
final class CandidateState extends RoleState {

  private final Transitions transitions;
  private final VoteTally tally;
  private final long hintedUntilNanos;
  private final long deadlineNanos;
  private final long ownVoteWrite;
  private final boolean leadershipTransfer;

  CandidateState(
      CoreContext context,
      Transitions transitions,
      long hintedUntilNanos,
      boolean leadershipTransfer) {
    super(context);
    this.transitions = transitions;
    this.tally = new VoteTally(context.quorum());
    this.hintedUntilNanos = hintedUntilNanos;
    this.leadershipTransfer = leadershipTransfer;
    this.deadlineNanos = context.nowNanos() < hintedUntilNanos
        ? context.nowNanos()
            + CoreOptions.HINT_PATIENCE_NANOS
            + context.random.below(CoreOptions.HINT_PATIENCE_NANOS)
        : context.candidacy.randomElectionDeadline();
    this.ownVoteWrite = context.writes.hardStateGate();
  }

  void start() {
    for (ReplicaId voter : context.candidacy.otherVoters()) {
      // The request claims a log: whoever votes for it relies on every entry up to its end (trap
      // 1).
      context.outbox.sendOnceAllIsDurable(new RequestVote(
          context.self, voter, context.term(), context.lastEntry(), leadershipTransfer));
    }
  }

  @Override
  Role role() {
    return Role.CANDIDATE;
  }

  @Override
  @Nullable
  ReplicaId leader() {
    return null;
  }

  @Override
  long deadlineNanos() {
    return deadlineNanos;
  }

  @Override
  void onDeadline() {
    if (context.candidacy.isElectable()) {
      transitions.becomePreCandidate(hintedUntilNanos, "the election was not won in time");
    } else {
      transitions.becomeFollower(null, "it may not stand for election any more");
    }
  }

  @Override
  boolean protectsLeaderFrom(ReplicaId candidate) {
    return false;
  }

  /** Its own vote counts like any other: once it is durable, and only in the halves that contain it. */
  @Override
  void onDurable() {
    if (context.writes.durable() >= ownVoteWrite) {
      tally.record(context.self, true);
      decide();
    }
  }

  @Override
  void onVoteResponse(VoteResponse message) {
    tally.record(message.from(), message.granted());
    decide();
  }

  @Override
  void leave() {
    context.outbox.withdrawVoteRequests();
  }

  private void decide() {
    if (tally.isWon()) {
      transitions.becomeLeader("a quorum voted for it", leadershipTransfer);
    }
  }
}
