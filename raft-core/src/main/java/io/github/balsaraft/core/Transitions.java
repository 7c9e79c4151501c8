package io.github.balsaraft.core;

import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import org.jspecify.annotations.Nullable;

/**
 * The only code that replaces a replica's role.
 *
 * <pre>
 * from            to              when
 * any             FOLLOWER        a later term is seen, or a leader of the current term is heard
 * any             FOLLOWER        it is told that it was removed
 * FOLLOWER        FOLLOWER        its leader was silent for an election timeout, and it may not stand
 * FOLLOWER        PRE_CANDIDATE   no leader was heard for an election timeout, or a failure hint, or it led until now
 * FOLLOWER        CANDIDATE       its leader hands over to it
 * PRE_CANDIDATE   PRE_CANDIDATE   the round is over and nobody won
 * PRE_CANDIDATE   CANDIDATE       a quorum would vote for it
 * PRE_CANDIDATE   FOLLOWER        another candidate goes first, or gets its vote
 * CANDIDATE       PRE_CANDIDATE   the election is over and nobody won
 * CANDIDATE       LEADER          a quorum has voted for it
 * campaigner      FOLLOWER        it may not stand any more, or takes over a snapshot
 * LEADER          FOLLOWER        no quorum has answered for an election timeout, its office is over, or it can't serve a snapshot
 * </pre>
 */
final class Transitions {

  private final CoreContext context;
  private RoleState current;

  Transitions(CoreContext context) {
    this.context = context;
    this.current = new FollowerState(context, this, null);
  }

  RoleState current() {
    return current;
  }

  /** Follows a leader of the current term, or waits for one. Returns the new role. */
  FollowerState becomeFollower(@Nullable ReplicaId leader, String reason) {
    FollowerState next = new FollowerState(context, this, leader);
    replace(next, reason);
    return next;
  }

  /** Moves to a later term, and follows its leader or waits for one. Returns the new role. */
  FollowerState becomeFollowerIn(long term, @Nullable ReplicaId leader, String reason) {
    context.adoptTerm(term, null);
    return becomeFollower(leader, reason);
  }

  /**
   * Asks whether an election could be won.
   *
   * @param hintedUntilNanos as long as a failure hint makes it worth asking again soon; zero without one
   */
  void becomePreCandidate(long hintedUntilNanos, String reason) {
    ask(new PreCandidateState(context, this, hintedUntilNanos, false), reason);
  }

  /**
   * Asks whether an election could be won, having led until now.
   *
   * @param named see {@link CampaignState#named}
   */
  void becomePreCandidateAgain(boolean named, String reason) {
    ask(new PreCandidateState(context, this, 0, named), reason);
  }

  private void ask(PreCandidateState next, String reason) {
    replace(next, reason);
    next.start();
  }

  /** Lets another candidate go first; see {@link #becomePreCandidate} for the hint. */
  void standBack(long hintedUntilNanos, String reason) {
    FollowerState next = new FollowerState(context, this, null);
    next.standBack(hintedUntilNanos);
    replace(next, reason);
  }

  /** Campaigns in the next term; see {@link #becomePreCandidate} for the hint, {@link CampaignState#named} for the other. */
  void becomeCandidate(long hintedUntilNanos, boolean named, String reason) {
    campaign(hintedUntilNanos, named, false, reason);
  }

  /** Campaigns in the next term because the leader of this one has asked for it (Raft thesis 3.10). */
  void becomeSuccessor(String reason) {
    campaign(0, true, true, reason);
  }

  private void campaign(
      long hintedUntilNanos, boolean named, boolean leadershipTransfer, String reason) {
    context.adoptTerm(context.term() + 1, context.self);
    CandidateState next =
        new CandidateState(context, this, hintedUntilNanos, named, leadershipTransfer);
    replace(next, reason);
    next.start();
  }

  /**
   * Leads the current term.
   *
   * @param named see {@link CampaignState#named}
   */
  void becomeLeader(String reason, boolean named) {
    InvariantViolation.check(current.role() == Role.CANDIDATE, "only a candidate becomes leader");
    context.leasePromise.lead();
    LeaderState next = new LeaderState(context, this, named);
    replace(next, reason);
    next.start();
  }

  private void replace(RoleState next, String reason) {
    current.leave();
    current = next;
    context.trace.roleChanged(next, reason);
    if (next.leader() != null) {
      context.lastResort.leaderFound();
    }
    if (next.role() != Role.FOLLOWER) {
      context.contacts.expect(context.nowNanos());
    } else if (next.leader() != null) {
      context.contacts.expectNothing();
    }
    context.output.roleChanged(
        new Ready.RoleChange(next.role(), context.term(), next.leader(), reason));
    context.transfers.roleChanged(next.leader());
  }
}
