package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.voter;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.PreVoteResponse;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.RequestVote;
import io.github.balsaraft.model.Role;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Leadership stays near: a member far from the rest waits longer before each of its attempts, not only before the first. */
class CampaignDelayTest {

  /** n1 is far from the rest, n2 leads in the end, and n3 is near it. */
  private static CoreHarness withFarMember(int delayMillis) {
    Configuration birth = Configuration.of(
        List.of(voter("n1").withCampaignDelayMillis(delayMillis), voter("n2"), voter("n3")));
    CoreHarness harness = new CoreHarness(OPTIONS);
    for (int i = 1; i <= 3; i++) {
      harness.add("n" + i, CoreHarness.patience(i), birth);
    }
    return harness;
  }

  @Test
  @DisplayName(
      "a further attempt waits for the delay as the first does, whether nobody answers or nobody votes")
  void furtherAttempts() {
    CoreHarness three = withFarMember(5000);
    HarnessReplica far = three.replica("n1");
    three.crash(three.replica("n2"), 0);
    three.network().cut(far.id, id("n3"));
    three.timeout(far);
    assertThat(far.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(waitMillis(far)).as("nobody answers").isBetween(6000L, 7000L);
    three.network().healAll();
    three.timeout(far);
    three.settleWithout(RequestVote.class);
    three.network().take(message -> true);
    assertThat(far.view().currentRole()).isEqualTo(Role.CANDIDATE);
    assertThat(waitMillis(far)).as("nobody votes").isBetween(6000L, 7000L);
  }

  @Test
  @DisplayName("so does each attempt after a failure hint, and one that stands back for another")
  void furtherAttemptsAfterAHint() {
    CoreHarness three = withFarMember(300);
    three.elect("n2");
    three.crash(three.replica("n2"), 0);
    three.peerGone(three.replica("n1"), id("n2"));
    three.peerGone(three.replica("n3"), id("n2"));
    assertThat(three.view("n3").currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    HarnessReplica far = three.replica("n1");
    assertThat(waitMillis(far)).isEqualTo(320);
    three.network().take(message -> true);
    three.timeout(far);
    assertThat(far.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
    assertThat(waitMillis(far)).as("asks again").isBetween(320L, 380L);
    three.deliver(new RequestPreVote(id("n3"), far.id, 2, new EntryId(2, 9)));
    assertThat(far.view().currentRole()).as("stands back").isEqualTo(Role.FOLLOWER);
    assertThat(waitMillis(far)).isBetween(600L, 900L);
    three.network().take(message -> true);
    three.timeout(far);
    three.deliver(new PreVoteResponse(id("n3"), far.id, 1, 2, true));
    assertThat(far.view().currentRole()).isEqualTo(Role.CANDIDATE);
    assertThat(waitMillis(far)).as("is not elected").isBetween(600L, 900L);
  }

  @Test
  @DisplayName("a near member leads next, though one that is far was looking for a leader")
  void leadershipStaysNear() {
    for (long seed = 1; seed <= 10; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Configuration birth = Configuration.of(List.of(
          voter("n1").withCampaignDelayMillis(10_000), voter("n2"), voter("n3"), voter("n4")));
      CoreHarness four = new CoreHarness(OPTIONS);
      birth
          .members()
          .forEach(member ->
              four.add(CoreHarness.name(member.replica()), random.split()::nextLong, birth));
      HarnessReplica far = four.replica("n1");
      HarnessReplica leader = four.elect("n2");
      four.network().cut(leader.id, far.id);
      four.network().cut(far.id, leader.id);
      four.run(12_500 * MILLIS);
      assertThat(far.view().leader()).isNull();
      assertThat(leader.leads()).isTrue();
      four.crash(leader, 0);
      four.run(4 * OPTIONS.electionTimeoutMaxNanos());
      assertThat(four.replica("n3").leads() || four.replica("n4").leads())
          .as("seed %d", seed)
          .isTrue();
    }
  }

  private static long waitMillis(HarnessReplica replica) {
    return (replica.core().nextDeadlineNanos() - replica.clockNanos) / MILLIS;
  }
}
