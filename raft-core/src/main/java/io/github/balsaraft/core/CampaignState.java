package io.github.balsaraft.core;

import io.github.balsaraft.core.quorum.VoteTally;
import io.github.balsaraft.model.ReplicaId;
import org.jspecify.annotations.Nullable;

/** Asks the others for something like a vote, until a quorum has given it or the time is over (Raft paper 5.2). */
abstract sealed class CampaignState extends RoleState permits PreCandidateState, CandidateState {

  final Transitions transitions;
  final VoteTally tally;

  /** As long as a failure hint makes it worth asking again soon; zero without one. */
  final long hintedUntilNanos;

  /** Whether a leader has handed over to this replica, so that it may lead whatever its priority. */
  final boolean named;

  private final long deadlineNanos;

  CampaignState(
      CoreContext context,
      Transitions transitions,
      long hintedUntilNanos,
      boolean named,
      long deadlineNanos) {
    super(context);
    this.transitions = transitions;
    this.tally = new VoteTally(context.quorum());
    this.hintedUntilNanos = hintedUntilNanos;
    this.named = named;
    this.deadlineNanos = deadlineNanos;
  }

  /** Why it asks again, once the time is over. */
  abstract String reasonToAskAgain();

  @Override
  final @Nullable ReplicaId leader() {
    return null;
  }

  @Override
  final long deadlineNanos() {
    return deadlineNanos;
  }

  @Override
  final void onDeadline() {
    if (context.candidacy.isElectable()) {
      context.removals.askLearners();
      transitions.becomePreCandidate(hintedUntilNanos, reasonToAskAgain());
    } else {
      transitions.becomeFollower(null, "it may not stand for election any more");
    }
  }

  /** It asks because it hears no leader, so it protects none. */
  @Override
  final boolean protectsLeaderFrom(ReplicaId candidate) {
    return false;
  }
}
