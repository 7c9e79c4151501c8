package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.ProtocolMessage;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How old a replica's state may be, by its own clock. After every step of every test the harness compares what a replica says
 * with what was committed anywhere.
 */
class StalenessTest {

  private final CoreHarness cluster = ofVoters(OPTIONS, "n1", "n2", "n3", "n4", "n5");
  private final HarnessReplica leader = cluster.replica("n1");
  private final HarnessReplica follower = cluster.replica("n2");

  @BeforeEach
  void elect() {
    cluster.elect("n1");
    cluster.run(1000 * MILLIS);
  }

  private static long ageMillis(HarnessReplica replica) {
    return (replica.clockNanos - replica.view().completeSinceNanos()) / MILLIS;
  }

  @Test
  void inAHealthyGroupItIsAFewHeartbeats() {
    for (int i = 0; i < 50; i++) {
      cluster.run(10 * MILLIS);
      assertThat(ageMillis(leader)).isBetween(0L, 110L);
      assertThat(ageMillis(follower)).isBetween(100L, 320L);
    }
  }

  /** What waited for it while it was paused says nothing of the time since. */
  @Test
  void afterAPauseTheMessagesThatWaitedDoNotMakeItNew() {
    long before = follower.view().completeSinceNanos();
    cluster.timeout(leader);
    List<ProtocolMessage> waiting =
        cluster.network().take(message -> message.to().equals(follower.id));
    cluster.settle();
    cluster.propose(leader, "committed during the pause");
    cluster.network().take(message -> message.to().equals(follower.id));
    cluster.settle();
    assertThat(leader.view().commitIndex()).isEqualTo(2);
    cluster.pass(follower, 900 * MILLIS);
    assertThat(waiting).hasSize(1).allMatch(Heartbeat.class::isInstance);
    waiting.forEach(cluster::deliver);
    assertThat(follower.view().completeSinceNanos()).isBetween(before, before + 100 * MILLIS);
    assertThat(ageMillis(follower)).isGreaterThanOrEqualTo(900);
    cluster.run(500 * MILLIS);
    assertThat(ageMillis(follower)).isLessThan(320);
  }

  /** It hears its leader all the time, but nobody else does. */
  @Test
  void aLeaderThatWasDeposedWithoutKnowingItDoesNotMakeItNew() {
    for (String near : List.of("n1", "n2")) {
      for (String far : List.of("n3", "n4", "n5")) {
        cluster.network().cut(id(near), id(far));
        cluster.network().cut(id(far), id(near));
      }
    }
    long cutAt = follower.clockNanos;
    long cutAtLeader = leader.clockNanos;
    cluster.run(100 * MILLIS);
    // Those who heard the leader last must not have done so just now, as if they had been slow.
    HarnessReplica next = cluster.elect("n3");
    assertThat(leader.leads()).isTrue();
    cluster.propose(next, "committed elsewhere");
    cluster.settle();
    assertThat(next.view().commitIndex()).isGreaterThan(follower.view().commitIndex());
    cluster.pass(leader, 100 * MILLIS);
    cluster.settle();
    assertThat(follower.view().lastLeaderContactNanos()).as("contact").isGreaterThan(cutAt);
    assertThat(follower.view().completeSinceNanos()).isLessThanOrEqualTo(cutAt);
    assertThat(leader.view().completeSinceNanos()).isLessThanOrEqualTo(cutAtLeader);
  }

  /** Numbers of its earlier process are echoed for a while. */
  @Test
  void aFollowerThatWasStartedAnewLearnsItAgain() {
    cluster.crash(follower, 0);
    cluster.start(follower);
    assertThat(follower.view().completeSinceNanos()).isEqualTo(-1);
    cluster.run(100 * MILLIS);
    assertThat(follower.view().leader()).isEqualTo(leader.id);
    assertThat(follower.view().completeSinceNanos()).isEqualTo(-1);
    cluster.run(400 * MILLIS);
    assertThat(ageMillis(follower)).isBetween(0L, 320L);
  }

  @Test
  void theOnlyVoterIsNeverBehind() {
    CoreHarness alone = ofVoters(OPTIONS, "n1");
    HarnessReplica only = alone.elect("n1");
    alone.pass(only, 50 * MILLIS);
    assertThat(only.view().completeSinceNanos()).isEqualTo(only.clockNanos);
  }
}
