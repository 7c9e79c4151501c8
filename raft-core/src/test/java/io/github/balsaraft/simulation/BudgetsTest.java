package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

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
    assertThat(roomy.notEmpty()).isNull();
    cluster.founders().forEach(other -> world.network().cut(other, leader.host()));
  }

  @Test
  void proposalsThatWaitCountUntilTheyEnd() {
    CompletableFuture<?> first = leader.node().propose(new byte[900]);
    CompletableFuture<?> second = leader.node().propose(new byte[900]);
    CompletableFuture<?> third = leader.node().propose(new byte[900]);
    assertThat(tight.exceeded()).contains(leader.host().name()).contains("bytes of proposals");
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
    assertThat(tight.exceeded()).contains("1280 bytes of reads");
    assertThat(roomy.exceeded()).isNull();
    assertThat(roomy.notEmpty()).contains(leader.host().name());
  }
}
