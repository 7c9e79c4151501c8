package io.github.balsaraft.core;

import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.Role;

/**
 * Asks whether an election could be won before it starts one, so that a member that can't win raises nobody's term (Raft
 * thesis 9.6).
 */
final class PreCandidateState extends CampaignState {

  private final long prospectiveTerm;

  PreCandidateState(
      CoreContext context, Transitions transitions, long hintedUntilNanos, boolean named) {
    super(context, transitions, hintedUntilNanos, named, deadlineNanos(context, hintedUntilNanos));
    this.prospectiveTerm = context.term() + 1;
  }

  private static long deadlineNanos(CoreContext context, long hintedUntilNanos) {
    if (context.nowNanos() >= hintedUntilNanos) {
      return context.candidacy.randomElectionDeadline();
    }
    // After a hint the others may learn a little later than
    // this member that the leader is gone: ask again soon.
    return context.nowNanos()
        + CoreOptions.HINT_STAGGER_NANOS
        + context.random.below(3 * CoreOptions.HINT_STAGGER_NANOS)
        + context.candidacy.campaignDelayNanos();
  }

  private boolean isHinted() {
    return context.nowNanos() < hintedUntilNanos;
  }

  void start() {
    tally.record(context.self, true);
    if (tally.isWon()) {
      transitions.becomeCandidate(0, named, "it is the only voter");
      return;
    }
    for (ReplicaId voter : context.candidacy.otherVoters()) {
      context.outbox.send(
          new RequestPreVote(context.self, voter, prospectiveTerm, context.lastEntry()));
    }
  }

  @Override
  Role role() {
    return Role.PRE_CANDIDATE;
  }

  @Override
  String reasonToAskAgain() {
    return "no quorum answered the pre-vote in time";
  }

  /** Two that ask at the same time would both get the answer yes, and then split the vote: one stands back. */
  @Override
  void preVoteGranted(RequestPreVote request) {
    if (StandingOrder.standsBefore(request.from(), request.lastEntry(), context)) {
      transitions.standBack(hintedUntilNanos, "another candidate goes first");
    }
  }

  @Override
  void onPreVoteResponse(PreVoteResponse message) {
    if (message.prospectiveTerm() != prospectiveTerm) {
      context.counts.dropped();
      return;
    }
    // A later term is adopted only when no leader was heard for the whole timeout; else one late
    // answer would depose a leader that is merely out of this member's sight (trap 4).
    if (message.term() > context.term() && !isHinted()) {
      transitions.becomeFollowerIn(message.term(), null, "a voter is in term " + message.term());
      return;
    }
    tally.record(message.from(), message.granted());
    if (tally.isWon()) {
      transitions.becomeCandidate(hintedUntilNanos, named, "a quorum would vote for it");
    }
  }
}
