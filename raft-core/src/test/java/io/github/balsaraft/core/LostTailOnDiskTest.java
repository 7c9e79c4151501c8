package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.ofVoters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.HarnessReplica.PendingLoad;
import io.github.balsaraft.model.AppendEntries;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** As {@link LostTailTest}, but what was lost is on the leader's disk only, which takes its time. */
class LostTailOnDiskTest {

  private static final long HEARTBEAT_NANOS = OPTIONS.heartbeatNanos();

  private final CoreHarness cluster =
      ofVoters(new CoreOptionsBuilder().windowBytes(0).build(), "n1", "n2", "n3");
  private final HarnessReplica n1 = cluster.elect("n1");
  private final HarnessReplica n2 = cluster.replica("n2");

  @BeforeEach
  void loseTheTail() {
    LostTailTest.loseTheTail(cluster);
    n1.autoLoads = false;
    cluster.start(n2);
  }

  private void beat() {
    cluster.pass(n1, HEARTBEAT_NANOS);
    cluster.pass(n2, HEARTBEAT_NANOS);
    cluster.settle();
  }

  private void readRound() {
    cluster.pass(n2, HEARTBEAT_NANOS);
    cluster.read(n1);
    cluster.settle();
  }

  private void assertLossIsKnown() {
    assertThat(n1.view().lostEntries()).containsExactly(new LostEntries(n2.id, 22, 41));
  }

  private boolean isSentEntries() {
    return cluster.network().inFlight().stream()
        .anyMatch(message ->
            message instanceof AppendEntries append && !append.batches().isEmpty());
  }

  @Test
  @DisplayName(
      "what is being read for a follower is not called off by what that asks at each heartbeat")
  void isReadOnce() {
    beat();
    assertLossIsKnown();
    assertThat(n1.loads).hasSize(1);
    PendingLoad load = n1.loads.get(0);
    for (int i = 0; i < 3; i++) {
      beat();
      readRound();
    }
    assertThat(n1.loads).containsExactly(load);
    n1.loads.clear();
    cluster.answerLoad(n1, load.load(), load.found());
    assertThat(isSentEntries()).isTrue();
  }

  @Test
  @DisplayName("a disk that takes longer than a round of reads brings a follower up to date")
  void slowerThanReads() {
    for (int i = 0; i < 20; i++) {
      List<PendingLoad> asked = List.copyOf(n1.loads);
      n1.loads.clear();
      readRound();
      beat();
      asked.forEach(load -> cluster.answerLoad(n1, load.load(), load.found()));
      cluster.settle();
    }
    assertThat(n1.leads()).isTrue();
    assertThat(n2.view().lastEntry()).isEqualTo(n1.view().lastEntry());
    assertThat(n2.applied).isEqualTo(n1.applied).hasSize(41);
    assertThat(n1.view().lostEntries()).isEmpty();
  }

  @Test
  @DisplayName(
      "a follower whose loss is known is not asked again while the way to it takes nothing")
  void theWayTakesNothing() {
    cluster.stepDo(n1, core -> core.writable(n2.id, false));
    beat();
    assertLossIsKnown();
    assertThat(n1.loads).isEmpty();
    for (int i = 0; i < 3; i++) {
      cluster.pass(n1, HEARTBEAT_NANOS);
      cluster.pass(n2, HEARTBEAT_NANOS);
      cluster.settleWithout(AppendEntries.class);
      assertThat(cluster.network().isEmpty()).isTrue();
    }
    cluster.stepDo(n1, core -> core.writable(n2.id, true));
    assertThat(n1.loads).hasSize(1);
  }
}
