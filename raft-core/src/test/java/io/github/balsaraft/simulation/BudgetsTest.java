package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.cluster.Budgets;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.load.KvMachine;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The check of budgets sees what waits at a leader that hears of nobody, and what waits there no more. */
class BudgetsTest {

  private static final RaftOptions TIGHT = RaftOptions.builder()
      .maxCommandBytes(1000)
      .maxMessageBytes(1024)
      .maxPendingProposalBytes(1000)
      .maxPendingReadBytes(1024)
      .build();

  private final Observers observers = new Observers();
  private final World world = new World(1, observers);
  private final SimulatedCluster cluster = new SimulatedCluster(
      world, 3, 0, SimulationSettings.smallLimits(), LeaseRules.FORBIDDEN, KvMachine::new);
  private final Budgets roomy = new Budgets(world, SimulationSettings.smallLimits());
  private final Budgets tight = new Budgets(world, TIGHT);
  private SimulatedHost.Life leader;

  @BeforeEach
  void aLeaderIsElectedAndCutOff() {
    observers.add(cluster.view());
    cluster.startFounders();
    assertThat(world
            .time()
            .runUntil(
                () -> cluster.leader() != null && cluster.view().commitIndex() > 1,
                60 * VirtualTime.SECONDS))
        .isTrue();
    leader = cluster.leader();
    assertThat(world.time().runUntil(() -> roomy.notEmpty() == null, VirtualTime.SECONDS))
        .isTrue();
    cluster.founders().forEach(other -> world.network().cut(other, leader.host()));
  }

  @Test
  void proposalsThatWaitCountUntilTheyEnd() {
    CompletableFuture<?> first = leader.node().propose(new byte[900]);
    CompletableFuture<?> second = leader.node().propose(new byte[900]);
    CompletableFuture<?> third = leader.node().propose(new byte[900]);
    assertThat(tight.exceeded()).contains(leader.host().name()).contains("PROPOSALS_PENDING_BYTES");
    assertThat(roomy.exceeded()).isNull();
    assertThat(roomy.notEmpty()).contains(leader.host().name());
    CompletableFuture<Void> stopped = leader.node().stop();
    assertThat(world.time().runUntil(stopped::isDone, 60 * VirtualTime.SECONDS)).isTrue();
    assertThat(List.of(first, second, third)).allMatch(CompletableFuture::isDone);
    assertThat(roomy.notEmpty()).isNull();
  }

  @Test
  void readsThatWaitCount() {
    for (int i = 0; i < 5; i++) {
      CompletableFuture<Integer> unused = leader.node().read(ReadConsistency.LINEARIZABLE, () -> 1);
    }
    assertThat(tight.exceeded()).contains("1280 READS_PENDING_BYTES");
    assertThat(roomy.exceeded()).isNull();
    assertThat(roomy.notEmpty()).contains(leader.host().name());
  }

  @Test
  void whatIsAppendedAndNotCommittedCounts() {
    RaftOptions little = TIGHT.toBuilder()
        .maxPendingProposalBytes(1 << 20)
        .maxUncommittedBytes(1024)
        .build();
    for (int i = 0; i < 8; i++) {
      CompletableFuture<byte[]> unused = leader.node().propose(new byte[1000]);
    }
    assertThat(world.time().runUntil(this::holdsMuchUncommitted, VirtualTime.SECONDS))
        .isTrue();
    assertThat(new Budgets(world, little).exceeded()).contains("UNCOMMITTED_BYTES");
    assertThat(roomy.exceeded()).isNull();
  }

  private boolean holdsMuchUncommitted() {
    return leader.node().gauge(RaftMetric.UNCOMMITTED_BYTES) > 6000;
  }

  @Test
  void whatIsUnderWayToAFollowerCounts() {
    RaftOptions few = TIGHT.toBuilder()
        .maxPendingProposalBytes(1 << 20)
        .maxInflight(256, 1024)
        .build();
    RaftOptions one = TIGHT.toBuilder()
        .maxPendingProposalBytes(1 << 20)
        .maxInflight(1, 1 << 20)
        .build();
    for (int i = 0; i < 8; i++) {
      CompletableFuture<byte[]> unused = leader.node().propose(new byte[1000]);
    }
    assertThat(world.time().runUntil(this::holdsMuchUncommitted, VirtualTime.SECONDS))
        .isTrue();
    assertThat(new Budgets(world, few).exceeded())
        .contains(leader.host().name())
        .contains(" bytes under way to one follower, and may hold 0 to ");
    assertThat(new Budgets(world, one).exceeded())
        .contains(" 4 messages under way to one follower, and may hold 0 to 1");
    assertThat(roomy.exceeded()).isNull();
  }

  @Test
  void recentEntriesCount() {
    world.network().recover();
    RaftOptions none =
        TIGHT.toBuilder().maxPendingProposalBytes(1 << 20).logWindowBytes(0).build();
    long committed = cluster.view().commitIndex();
    CompletableFuture<byte[]> unused = leader.node().propose(new byte[100]);
    assertThat(world
            .time()
            .runUntil(() -> cluster.view().commitIndex() > committed, VirtualTime.SECONDS))
        .isTrue();
    assertThat(new Budgets(world, none).exceeded())
        .contains("bytes of settled entries in memory, and may hold 0 to 0");
    assertThat(roomy.exceeded()).isNull();
  }

  @Test
  @DisplayName(
      "a node that is stopping asks its core for nothing any more, which then lets go of nothing")
  void recentEntriesOfOneThatStops() {
    RaftOptions none = TIGHT.toBuilder().logWindowBytes(0).build();
    assertThat(new Budgets(world, none).exceeded()).contains("settled entries in memory");
    world.hosts().forEach(host -> {
      CompletableFuture<Void> unused = host.stop();
    });
    assertThat(new Budgets(world, none).exceeded()).isNull();
  }

  @Test
  void whatWaitsForTheStateMachineCounts() {
    world.network().recover();
    RaftOptions little =
        TIGHT.toBuilder().maxPendingProposalBytes(1 << 20).maxApplyQueueBytes(1).build();
    Budgets none = new Budgets(world, little);
    world.host(leader.host()).pace().applyTakes(VirtualTime.SECONDS);
    CompletableFuture<byte[]> unused = leader.node().propose(new byte[100]);
    assertThat(world.time().runUntil(() -> none.exceeded() != null, VirtualTime.SECONDS))
        .isTrue();
    assertThat(none.exceeded()).contains("APPLY_QUEUE_BYTES").contains("may hold 0 to 1");
    assertThat(roomy.exceeded()).isNull();
  }
}
