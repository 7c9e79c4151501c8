package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.learner;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static io.github.balsaraft.core.CoreHarness.voter;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.Role;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Which voters stand for election, and when: priorities, campaign delays and the last resort. The paper lets every voter stand
 * (5.2); the rest are choices of ours.
 */
class CandidacyPaperTest {

  private static final long NO_LIMIT = MembershipChange.NO_LIMIT;

  private static CoreHarness withMembers(String... texts) {
    Configuration birth = Configuration.of(
        List.of(texts).stream().map(text -> CoreHarness.member(text, false)).toList());
    CoreHarness harness = new CoreHarness(OPTIONS);
    birth
        .members()
        .forEach(member -> harness.add(
            CoreHarness.name(member.replica()),
            CoreHarness.patience(member.replica().value()),
            birth));
    return harness;
  }

  @Test
  @DisplayName("choice: a voter with priority 0 doesn't stand, however long there is no leader")
  void priorityZero() {
    CoreHarness three = withMembers("n1", "n2", "n3/p0");
    three.crash(three.replica("n1"), 0);
    three.crash(three.replica("n2"), 0);
    three.run(60_000 * MILLIS);
    assertThat(three.view("n3").currentRole()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  @DisplayName(
      "choice: a voter with priority 0 that alone holds what the others need stands as a last resort, and hands over")
  void lastResort() {
    CoreHarness three = withMembers("n1/p0", "n2", "n3");
    HarnessReplica keeper = three.replica("n1");
    three.preset(keeper, 1, 1, 1, 1);
    three.preset(three.replica("n2"), 1, 1);
    three.preset(three.replica("n3"), 1, 1);
    three.crash(three.replica("n3"), 0);
    // Of n1 and n2 only n2 stands, and n1's log is longer.
    three.run(5000 * MILLIS);
    assertThat(three.replica("n2").leads()).isFalse();
    three.run(20_000 * MILLIS);
    assertThat(three.replica("n2").leads()).isTrue();
    assertThat(three.view("n2").termAt(3)).isEqualTo(1);
    assertThat(keeper.view().commitIndex()).isGreaterThan(3);
  }

  @Test
  @DisplayName(
      "choice: a voter with priority 0 stands if the only one that may stand doesn't know that it has a vote")
  void lastResortForOneThatDoesNotKnow() {
    CoreHarness three = withMembers("n1", "n2/p0", "n3/p0");
    HarnessReplica fresh = three.add("n4", CoreHarness.patience(4), Configuration.EMPTY);
    HarnessReplica leader = three.elect("n1");
    three.changeBy(leader, MembershipChange.add(learner("n4"), NO_LIMIT));
    three.run(500 * MILLIS);
    three.network().cut(leader.id, fresh.id);
    three.changeBy(leader, MembershipChange.replace(leader.id, voter("n4"), NO_LIMIT));
    three.settle();
    // It can't reach the only one that it could hand over to.
    three.pass(leader, OPTIONS.electionTimeoutMaxNanos());
    three.network().healAll();
    assertThat(leader.leads()).isFalse();
    assertThat(fresh.view().configuration().isVoter(fresh.id)).isFalse();
    three.crash(leader, 0);
    three.run(20_000 * MILLIS);
    assertThat(fresh.leads()).isTrue();
    assertThat(fresh.view().configuration().isVoter(fresh.id)).isTrue();
  }

  @Test
  @DisplayName(
      "choice: a leader that gets priority 0 makes room for a voter that has the whole log")
  void leaderThatShallNotLead() {
    CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3");
    HarnessReplica n1 = cluster.replica("n1");
    cluster.elect("n1");
    cluster.change(n1, n1.view().configuration().with(voter("n1").withPriority(0)));
    cluster.run(5000 * MILLIS);
    assertThat(n1.leads()).isFalse();
    assertThat(cluster.replica("n2").leads() || cluster.replica("n3").leads()).isTrue();
  }

  @Test
  @DisplayName("choice: a campaign delay is added to the member's own timeout and to nothing else")
  void campaignDelay() {
    CoreHarness three = withMembers("n1/p1/d5000", "n2", "n3");
    assertThat(three.core("n1").nextDeadlineNanos()).isGreaterThan(6000 * MILLIS);
    three.elect("n2");
    HarnessReplica far = three.replica("n1");
    three.crash(three.replica("n2"), 0);
    three.pass(far, 1100 * MILLIS);
    three.deliver(new RequestPreVote(id("n3"), far.id, 2, three.view("n3").lastEntry()));
    PreVoteResponse answer = (PreVoteResponse) three.network().take(0);
    assertThat(answer.granted())
        .as("votes are refused no longer than elsewhere")
        .isTrue();
    three.pass(far, 3000 * MILLIS);
    assertThat(far.view().currentRole()).isEqualTo(Role.FOLLOWER);
    three.pass(far, 3000 * MILLIS);
    assertThat(far.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
  }

  @Test
  @DisplayName("choice: after a failure hint too, members far from the rest stand later")
  void campaignDelayAfterAHint() {
    CoreHarness three = withMembers("n1/p1/d300", "n2", "n3");
    three.elect("n2");
    three.crash(three.replica("n2"), 0);
    three.peerGone(three.replica("n1"), id("n2"));
    three.peerGone(three.replica("n3"), id("n2"));
    assertThat(three.view("n3").currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(three.core("n1").nextDeadlineNanos() - three.replica("n1").clockNanos)
        .isEqualTo(320 * MILLIS);
  }
}
