package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.function.Predicate;

/** What a majority is, worked out once more and in another way than the core does it (Raft paper 6). */
public final class Quorums {

  private Quorums() {}

  /** Whether those of whom something holds are a majority of the voters, and while joint a majority of either half. */
  public static boolean isQuorum(Configuration configuration, Predicate<ReplicaId> holds) {
    int incoming = 0;
    int outgoing = 0;
    int incomingHolding = 0;
    int outgoingHolding = 0;
    for (Member member : configuration.members()) {
      boolean counts = member.isVoterInAnyHalf() && holds.test(member.replica());
      if (member.isVoter()) {
        incoming++;
        incomingHolding += counts ? 1 : 0;
      }
      if (member.outgoingVoter()) {
        outgoing++;
        outgoingHolding += counts ? 1 : 0;
      }
    }
    return 2 * incomingHolding > incoming && (outgoing == 0 || 2 * outgoingHolding > outgoing);
  }

  /**
   * Whether every quorum of one configuration shares a voter with every quorum of the other. There is a half of either then
   * whose majorities always do.
   */
  public static boolean overlap(Configuration one, Configuration other) {
    return overlap(one, Member::isVoter, other, Member::isVoter)
        || (one.isJoint() && overlap(one, Member::outgoingVoter, other, Member::isVoter))
        || (other.isJoint() && overlap(one, Member::isVoter, other, Member::outgoingVoter))
        || (one.isJoint()
            && other.isJoint()
            && overlap(one, Member::outgoingVoter, other, Member::outgoingVoter));
  }

  private static boolean overlap(
      Configuration one,
      Predicate<Member> votesInOne,
      Configuration other,
      Predicate<Member> votesInOther) {
    int inOne = 0;
    int common = 0;
    for (Member member : one.members()) {
      if (votesInOne.test(member)) {
        inOne++;
        Member there = other.member(member.replica());
        common += there != null && votesInOther.test(there) ? 1 : 0;
      }
    }
    int inOther = (int) other.members().stream().filter(votesInOther).count();
    // A majority that avoids those in common as far as it can, from either side: the two have
    // nobody in common if there is room for both.
    return leastOfCommon(inOne, common) + leastOfCommon(inOther, common) > common;
  }

  /** How many of the common voters a majority of a half has at least. */
  private static int leastOfCommon(int voters, int common) {
    int majority = voters / 2 + 1;
    return Math.max(0, majority - (voters - common));
  }
}
