package io.github.balsaraft.core;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;

/**
 * May this vote be given (Raft paper 5.2, 5.4.1)? The answer never depends on the voter's configuration: it may be out of
 * date, and the candidate's tally alone decides who counts (traps 7 and 8).
 */
final class VotingRules {

  private VotingRules() {}

  /** Whether the candidate's log holds everything that may be committed: it is at least as up to date as ours. */
  static boolean isUpToDate(EntryId candidateLast, EntryId ownLast) {
    return candidateLast.compareTo(ownLast) >= 0;
  }

  /** Whether the vote of the current term is free for this candidate, whose log is at least as up to date. */
  static boolean mayVote(CoreContext context, ReplicaId candidate, EntryId candidateLast) {
    ReplicaId earlier = context.votedFor();
    return (earlier == null || earlier.equals(candidate))
        && mayTakePart(context)
        && isUpToDate(candidateLast, context.lastEntry());
  }

  /** Whether a vote would be given in that later term. */
  static boolean wouldVote(CoreContext context, long prospectiveTerm, EntryId candidateLast) {
    return prospectiveTerm > context.term()
        && mayTakePart(context)
        && isUpToDate(candidateLast, context.lastEntry());
  }

  /**
   * Who knows that it was removed stays quiet: the committed configuration counts it nowhere (trap 6). Who lacks entries that
   * it has acknowledged votes for nobody: see {@link Repair}.
   */
  private static boolean mayTakePart(CoreContext context) {
    return context.removals.ownRemoval() == 0 && !context.repair.isRecovering();
  }
}
