package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.voter;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.RequestPreVote;
import io.github.balsaraft.model.Role;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** When a voter that never stands has to. */
class LastResortTest {

  private static final long PATIENCE =
      LastResort.PATIENCE_ELECTION_TIMEOUTS * OPTIONS.electionTimeoutMaxNanos();

  private final LastResort lastResort = new LastResort(OPTIONS);

  @Test
  void isDueOnceTheOthersHaveHadTheirTime() {
    assertThat(lastResort.isDue(PATIENCE)).as("nobody needs it").isFalse();
    lastResort.needed(0);
    assertThat(lastResort.isDue(PATIENCE - 1)).isFalse();
    assertThat(lastResort.isDue(PATIENCE)).isTrue();
    lastResort.leaderFound();
    assertThat(lastResort.isDue(PATIENCE)).isFalse();
  }

  @Test
  void isNotDueLongAfterItWasLastNeeded() {
    lastResort.needed(0);
    lastResort.needed(10);
    assertThat(lastResort.isDue(10 + 2 * PATIENCE)).isTrue();
    assertThat(lastResort.isDue(10 + 2 * PATIENCE + 1)).isFalse();
  }

  @Test
  void theTimeOfTheOthersBeginsAnewAfterAPause() {
    lastResort.needed(0);
    long still = 2 * PATIENCE;
    lastResort.needed(still);
    assertThat(lastResort.isDue(still)).as("needed all the time").isTrue();
    long later = still + 2 * PATIENCE + 1;
    lastResort.needed(later);
    assertThat(lastResort.isDue(later)).isFalse();
    assertThat(lastResort.isDue(later + PATIENCE)).isTrue();
  }

  @Test
  void asksThoseThatMayStandUntilItKnows() {
    assertThat(lastResort.wantsToKnow(0)).isTrue();
    lastResort.needed(5);
    assertThat(lastResort.wantsToKnow(5 + PATIENCE)).isFalse();
    assertThat(lastResort.wantsToKnow(5 + PATIENCE + 1)).isTrue();
    lastResort.leaderFound();
    assertThat(lastResort.wantsToKnow(6)).isTrue();
  }

  @Test
  @DisplayName(
      "several that never stand don't need each other to, whatever their logs, though they ask each other")
  void severalWithPriorityZero() {
    Configuration birth = Configuration.of(
        List.of(voter("n1"), voter("n2").withPriority(0), voter("n3").withPriority(0)));
    CoreHarness three = new CoreHarness(OPTIONS);
    for (int i = 1; i <= 3; i++) {
      three.add("n" + i, CoreHarness.patience(i), birth);
    }
    three.preset(three.replica("n2"), 1, 1, 1);
    three.preset(three.replica("n3"), 1, 1);
    three.crash(three.replica("n1"), 0);
    three.run(60_000 * CoreHarness.MILLIS);
    assertThat(three.view("n2").currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(three.view("n3").currentRole()).isEqualTo(Role.FOLLOWER);
    assertThat(three.view("n2").hardState().term()).isEqualTo(1);
  }

  @Test
  @DisplayName("the others have their time anew once there was a leader in between")
  void leaderInBetween() {
    Configuration birth =
        Configuration.of(List.of(voter("n1"), voter("n2"), voter("n3").withPriority(0)));
    CoreHarness three = new CoreHarness(OPTIONS);
    for (int i = 1; i <= 3; i++) {
      three.add("n" + i, CoreHarness.patience(i), birth);
    }
    HarnessReplica keeper = three.replica("n3");
    three.allowForgery();
    three.preset(keeper, 1, 1, 1, 1);
    ReplicaId n1 = three.replica("n1").id;
    ReplicaId n2 = three.replica("n2").id;
    long timeoutNanos = OPTIONS.electionTimeoutMaxNanos();
    three.pass(keeper, timeoutNanos);
    three.deliver(new RequestPreVote(n2, keeper.id, 2, new EntryId(1, 1)));
    three.pass(keeper, timeoutNanos);
    three.deliver(new Heartbeat(n1, keeper.id, 2, 1, 0, 0, 0));
    assertThat(keeper.view().leader()).isEqualTo(n1);
    three.pass(keeper, 2 * timeoutNanos);
    three.deliver(new RequestPreVote(n2, keeper.id, 3, new EntryId(1, 1)));
    three.timeout(keeper);
    assertThat(keeper.view().currentRole()).isEqualTo(Role.FOLLOWER);
    for (int i = 0; i < LastResort.PATIENCE_ELECTION_TIMEOUTS; i++) {
      three.pass(keeper, timeoutNanos);
      three.deliver(new RequestPreVote(n2, keeper.id, 3, new EntryId(1, 1)));
    }
    three.timeout(keeper);
    assertThat(keeper.view().currentRole()).isEqualTo(Role.PRE_CANDIDATE);
  }
}
