package io.github.balsaraft.node;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Role;
import java.time.Duration;
import java.util.List;

/** Why a node that knows of no leader knows of none. */
final class NoLeaderExplanation {

  /** After so many of the longest election timeouts with enough voters connected, waiting longer is no advice any more. */
  private static final int TIMEOUTS_UNTIL_SUSPICIOUS = 5;

  private NoLeaderExplanation() {}

  static String of(NodeStatus status, Duration electionTimeoutMax) {
    Reach reach = new Reach(status, electionTimeoutMax);
    VoterCount here = VoterCount.of(status.configuration(), reach::isHere);
    List<Member> missing =
        Explanation.voters(status.configuration(), voter -> !reach.isHere(voter));
    if (!here.isQuorum()) {
      return "No leader: " + Explanation.areMissing(missing, reach) + ", " + here.textAre()
          + " here and "
          + here.needed() + Explanation.ageOfLocalReads(status) + "; "
          + Explanation.bringBack(missing, here.missing(), reach);
    }
    String reached = here.textAre() + " connected"
        + (missing.isEmpty() ? "" : " and " + Explanation.areMissing(missing, reach));
    Duration without = status.sinceLeaderContact().orElse(Duration.ZERO);
    List<Member> others =
        Explanation.voters(status.configuration(), voter -> isOtherAndHere(voter, status, reach));
    if (without.compareTo(electionTimeoutMax.multipliedBy(TIMEOUTS_UNTIL_SUSPICIOUS)) > 0
        && !others.isEmpty()) {
      return "No leader for " + Wording.duration(without) + " although " + reached + ": look at "
          + Wording.list(Explanation.hosts(others))
          + ", which may be paused, cut off from each other or unable to vote";
    }
    return "No leader yet: " + waitsFor(status, Explanation.hosts(others)) + ", " + reached
        + Explanation.ageOfLocalReads(status);
  }

  private static boolean isOtherAndHere(Member voter, NodeStatus status, Reach reach) {
    return !voter.replica().equals(status.replica()) && reach.isHere(voter);
  }

  private static String waitsFor(NodeStatus status, List<String> others) {
    String self = Explanation.self(status);
    Member member = status.configuration().member(status.replica());
    String all = Wording.list(others);
    if (status.role() == Role.CANDIDATE) {
      return self + " stands for election in term " + status.term()
          + (others.isEmpty() ? "" : " and waits for votes of " + all);
    }
    if (status.role() == Role.PRE_CANDIDATE) {
      return self
          + (others.isEmpty()
              ? " is about to stand for election"
              : " asks " + all + " whether it could win an election");
    }
    if (member != null && !member.isVoterInAnyHalf()) {
      return self + " waits for " + all + " to elect one";
    }
    if (member != null && member.priority() == 0) {
      return self + " never stands for election (priority 0) and waits for "
          + Wording.anyOf(others);
    }
    return self + " waits to hear of one and stands for election itself after a timeout";
  }
}
