package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.MemberOptions;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A member that was started anew and restores its state for long: its log is complete at once, and it should not lead all the same. */
class RestoringMembersTest {

  private static final RaftOptions OPTIONS = RaftOptions.builder()
      .snapshots(SnapshotOptions.builder().maxEntries(10).build())
      .build();

  private final TestCluster cluster = new TestCluster(1, 3, OPTIONS, EmptySnapshots::new);
  private SimulatedHost.Life leader;
  private HostId restarted;

  /** It would be chosen, were it not for its state. */
  @BeforeEach
  void restartThePreferred() {
    cluster.startAll();
    leader = cluster.awaitLeader();
    restarted = cluster.founders().stream()
        .filter(host -> !host.equals(leader.host()))
        .findFirst()
        .orElseThrow();
    CompletableFuture<?> updated = leader
        .node()
        .membership()
        .change(new ConfigurationChange.Update(restarted, MemberOptions.NONE.withPriority(9)));
    assertThat(cluster.runUntil(updated::isDone, 5 * SECONDS)).isTrue();
    for (int i = 0; i < 50; i++) {
      CompletableFuture<byte[]> done = leader.node().propose("x".getBytes(UTF_8));
      assertThat(cluster.runUntil(done::isDone, 5 * SECONDS)).isTrue();
    }
    cluster.time.runFor(SECONDS);
    assertThat(cluster.status(cluster.life(restarted)).snapshots().last()).isPresent();
    cluster.crash(restarted);
    cluster.start(restarted);
    cluster.world.host(restarted).stallStateMachine(60 * SECONDS);
    cluster.time.runFor(2 * SECONDS);
    assertThat(cluster.status(cluster.life(restarted)).appliedIndex()).isZero();
    assertThat(cluster.status(cluster.life(restarted)).lastIndex())
        .isEqualTo(cluster.status(leader).lastIndex());
  }

  private HostId handedOverTo() {
    CompletableFuture<HostId> transferred = leader.node().transferLeadership(null);
    assertThat(cluster.runUntil(transferred::isDone, 5 * SECONDS)).isTrue();
    return transferred.join();
  }

  @Test
  @DisplayName("a leader that may choose takes another")
  void isNotChosen() {
    assertThat(handedOverTo()).isNotEqualTo(restarted);
  }

  @Test
  @DisplayName("a leader that stops takes another, too")
  void isNotChosenAtAStop() {
    CompletableFuture<Void> handedOver = leader.node().handOver();
    assertThat(cluster.runUntil(handedOver::isDone, 5 * SECONDS)).isTrue();
    assertThat(cluster.leader().orElseThrow().host())
        .isNotEqualTo(restarted)
        .isNotEqualTo(leader.host());
  }

  @Test
  @DisplayName("in an election another leads, though it would have stood first")
  void isNotElected() {
    cluster.crash(leader.host());
    assertThat(cluster.runUntil(() -> cluster.leader().isPresent(), 5 * SECONDS))
        .isTrue();
    assertThat(cluster.leader().orElseThrow().host()).isNotEqualTo(restarted);
  }

  @Test
  @DisplayName("if all restore one of them is elected")
  void isElectedIfAllRestore() {
    HostId third = cluster.founders().stream()
        .filter(host -> !host.equals(leader.host()) && !host.equals(restarted))
        .findFirst()
        .orElseThrow();
    cluster.crash(third);
    cluster.start(third);
    cluster.world.host(third).stallStateMachine(60 * SECONDS);
    cluster.time.runFor(2 * SECONDS);
    cluster.crash(leader.host());
    assertThat(cluster.runUntil(() -> cluster.leader().isPresent(), 5 * SECONDS))
        .isTrue();
    assertThat(cluster.status(cluster.leader().orElseThrow()).appliedIndex()).isZero();
  }

  @Test
  @DisplayName("the only member leads at once, though it restores")
  void isElectedIfItIsAlone() {
    TestCluster alone = new TestCluster(1, 1, OPTIONS, EmptySnapshots::new);
    alone.startAll();
    SimulatedHost.Life only = alone.awaitLeader();
    for (int i = 0; i < 50; i++) {
      CompletableFuture<byte[]> done = only.node().propose("x".getBytes(UTF_8));
      assertThat(alone.runUntil(done::isDone, 5 * SECONDS)).isTrue();
    }
    alone.time.runFor(SECONDS);
    assertThat(alone.status(only).snapshots().last()).isPresent();
    alone.crash(only.host());
    alone.start(only.host());
    alone.world.host(only.host()).stallStateMachine(60 * SECONDS);
    assertThat(alone.runUntil(() -> alone.leader().isPresent(), SECONDS / 2)).isTrue();
    assertThat(alone.status(alone.leader().orElseThrow()).appliedIndex()).isZero();
  }

  @Test
  @DisplayName("once its state is restored it is chosen again")
  void isChosenOnceItIsReady() {
    cluster.time.runFor(61 * SECONDS);
    assertThat(handedOverTo()).isEqualTo(restarted);
  }
}
