package io.github.balsaraft.core;

import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.VoteResponse;

/** Campaigns in a term of its own (Raft paper 5.2). */
final class CandidateState extends CampaignState {

  private final long ownVoteWrite;
  private final boolean leadershipTransfer;

  CandidateState(
      CoreContext context,
      Transitions transitions,
      long hintedUntilNanos,
      boolean named,
      boolean leadershipTransfer) {
    super(context, transitions, hintedUntilNanos, named, deadlineNanos(context, hintedUntilNanos));
    this.leadershipTransfer = leadershipTransfer;
    this.ownVoteWrite = context.writes.hardStateGate();
  }

  private static long deadlineNanos(CoreContext context, long hintedUntilNanos) {
    return context.nowNanos() < hintedUntilNanos
        ? context.nowNanos()
            + CoreOptions.HINT_PATIENCE_NANOS
            + context.random.below(CoreOptions.HINT_PATIENCE_NANOS)
            + context.candidacy.campaignDelayNanos()
        : context.candidacy.randomElectionDeadline();
  }

  void start() {
    for (ReplicaId voter : context.candidacy.otherVoters()) {
      // The request claims a log: whoever votes for it
      // relies on every entry up to its end (trap 1).
      context.outbox.sendOnceAllIsDurable(new RequestVote(
          context.self, voter, context.term(), context.lastEntry(), leadershipTransfer));
    }
  }

  @Override
  Role role() {
    return Role.CANDIDATE;
  }

  @Override
  String reasonToAskAgain() {
    return "the election was not won in time";
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
      transitions.becomeLeader("a quorum voted for it", named);
    }
  }
}
