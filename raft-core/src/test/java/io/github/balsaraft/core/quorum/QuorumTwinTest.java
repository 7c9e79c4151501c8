package io.github.balsaraft.core.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Quorums and tallies against a second opinion that counts in the simplest way, on random configurations. */
class QuorumTwinTest {

  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  @DisplayName(
      "what a quorum has reached is the highest value that more than half of each half has")
  void reached() {
    for (int i = 0; i < 20_000; i++) {
      Configuration configuration = randomConfiguration();
      TreeMap<ReplicaId, Long> values = new TreeMap<>();
      configuration
          .members()
          .forEach(member -> values.put(member.replica(), (long) random.nextInt(6)));
      long expected = -1;
      for (long candidate = 0; candidate < 6; candidate++) {
        long value = candidate;
        if (agrees(configuration, replica -> values.get(replica) >= value)) {
          expected = candidate;
        }
      }
      assertThat(new Quorum(configuration).reached(values::get))
          .as("%s %s", configuration, values)
          .isEqualTo(expected);
    }
  }

  @Test
  @DisplayName("an election is won or lost exactly when counting each half says so")
  void tally() {
    for (int i = 0; i < 20_000; i++) {
      Configuration configuration = randomConfiguration();
      VoteTally tally = new VoteTally(new Quorum(configuration));
      TreeMap<ReplicaId, Boolean> votes = new TreeMap<>();
      for (int answer = 0; answer < 12; answer++) {
        // Anybody may answer, twice too: the first answer stands, and strangers don't count.
        ReplicaId voter = new ReplicaId(1 + random.nextInt(8));
        boolean granted = random.nextBoolean();
        votes.putIfAbsent(voter, granted);
        tally.record(voter, granted);
        assertThat(tally.isWon())
            .isEqualTo(agrees(configuration, replica -> votes.getOrDefault(replica, false)));
      }
    }
  }

  @Test
  @DisplayName("nobody's quorum never agrees")
  void empty() {
    Quorum quorum = new Quorum(Configuration.EMPTY);
    assertThat(quorum.agrees(replica -> true)).isFalse();
    assertThat(new VoteTally(quorum).isWon()).isFalse();
    assertThat(quorum.reached(replica -> 5)).isEqualTo(Long.MIN_VALUE);
  }

  private static boolean agrees(
      Configuration configuration, java.util.function.Predicate<ReplicaId> condition) {
    int incoming = 0;
    int incomingYes = 0;
    int outgoing = 0;
    int outgoingYes = 0;
    for (Member member : configuration.members()) {
      boolean yes = condition.test(member.replica());
      if (member.role() == MemberRole.VOTER) {
        incoming++;
        incomingYes += yes ? 1 : 0;
      }
      if (member.outgoingVoter()) {
        outgoing++;
        outgoingYes += yes ? 1 : 0;
      }
    }
    return incomingYes * 2 > incoming && (outgoing == 0 || outgoingYes * 2 > outgoing);
  }

  private Configuration randomConfiguration() {
    List<Member> members = new ArrayList<>();
    boolean joint = random.nextBoolean();
    for (long id = 1; id <= 7; id++) {
      boolean outgoing = joint && random.nextBoolean();
      int role = random.nextInt(4);
      Member voter = Member.voter(new ReplicaId(id), new HostId("h" + id), "h:1");
      if (role < 2 || (id == 7 && members.stream().noneMatch(Member::isVoter))) {
        members.add(voter.withRole(MemberRole.VOTER, outgoing));
      } else if (role == 2) {
        members.add(voter.withRole(MemberRole.LEARNER, outgoing));
      } else if (outgoing) {
        members.add(voter.withRole(MemberRole.LEAVING, true));
      }
    }
    return Configuration.of(members);
  }
}
