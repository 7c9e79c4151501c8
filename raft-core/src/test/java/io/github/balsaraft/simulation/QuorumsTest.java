package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.testing.simulation.checks.Quorums;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The arithmetic of the checks against every set of replicas there is. */
class QuorumsTest {

  private static final int REPLICAS = 6;

  private final SplittableRandom random = new SplittableRandom(4);

  @Test
  void aQuorumIsAMajorityOfEitherHalf() {
    for (int i = 0; i < 500; i++) {
      Configuration configuration = anyConfiguration(true);
      for (int set = 0; set < 1 << REPLICAS; set++) {
        int holding = set;
        assertThat(Quorums.isQuorum(configuration, replica -> isIn(holding, replica)))
            .as("%s of %s", Integer.toBinaryString(set), configuration)
            .isEqualTo(isQuorum(configuration, set));
      }
    }
  }

  @Test
  void configurationsOverlapIfAllTheirQuorumsDo() {
    int overlapping = 0;
    int disjoint = 0;
    for (int i = 0; i < 2000; i++) {
      Configuration one = anyConfiguration(true);
      Configuration other = anyConfiguration(true);
      boolean overlap = Quorums.overlap(one, other);
      if (overlap) {
        assertThat(quorumsMeet(one, other)).as("%s and %s", one, other).isTrue();
        overlapping++;
      } else {
        disjoint++;
      }
    }
    assertThat(overlapping).isGreaterThan(100);
    assertThat(disjoint).isGreaterThan(100);
  }

  @Test
  void configurationsThatAreNotJointOverlapOnlyIfAllTheirQuorumsDo() {
    for (int i = 0; i < 2000; i++) {
      Configuration one = anyConfiguration(false);
      Configuration other = anyConfiguration(false);
      assertThat(Quorums.overlap(one, other))
          .as("%s and %s", one, other)
          .isEqualTo(quorumsMeet(one, other));
    }
  }

  @Test
  void everyStepOfAChangeOverlaps() {
    for (int i = 0; i < 500; i++) {
      Configuration before = anyConfiguration(false);
      Configuration joint = before.jointTowards(anyConfiguration(false), 7);
      assertThat(Quorums.overlap(before, joint)).isTrue();
      if (joint.isJoint()) {
        assertThat(Quorums.overlap(joint, joint.leaveJoint(8))).isTrue();
      }
    }
  }

  private static boolean quorumsMeet(Configuration one, Configuration other) {
    int[] ofOne = quorums(one);
    int[] ofOther = quorums(other);
    return IntStream.of(ofOne).allMatch(a -> IntStream.of(ofOther).allMatch(b -> (a & b) != 0));
  }

  private static int[] quorums(Configuration configuration) {
    return IntStream.range(0, 1 << REPLICAS)
        .filter(set -> isQuorum(configuration, set))
        .toArray();
  }

  private static boolean isQuorum(Configuration configuration, int set) {
    return isMajority(configuration.incomingVoters(), set)
        && (!configuration.isJoint() || isMajority(configuration.outgoingVoters(), set));
  }

  private static boolean isMajority(List<ReplicaId> voters, int set) {
    return voters.stream().filter(voter -> isIn(set, voter)).count() >= voters.size() / 2 + 1;
  }

  private static boolean isIn(int set, ReplicaId replica) {
    return (set & (1 << (int) (replica.value() - 1))) != 0;
  }

  private Configuration anyConfiguration(boolean maybeJoint) {
    boolean joint = maybeJoint && random.nextBoolean();
    List<Member> members = new ArrayList<>();
    for (int i = 1; i <= REPLICAS; i++) {
      MemberRole role = random.nextBoolean() ? MemberRole.VOTER : MemberRole.LEARNER;
      boolean isVoter = role == MemberRole.VOTER || (i == REPLICAS && noVoterIn(members));
      boolean outgoing = joint && random.nextBoolean();
      HostId host = new HostId("n" + i);
      members.add(new Member(
          new ReplicaId(i), host, "n" + i, isVoter ? MemberRole.VOTER : role, outgoing, 1, 0));
    }
    return Configuration.of(members);
  }

  private static boolean noVoterIn(List<Member> members) {
    return members.stream().noneMatch(Member::isVoter);
  }
}
