package io.github.balsaraft.testing.simulation.load;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a node says that it holds is compared with what clients wait for. */
class OpenRequestsTest {

  private final Observers observers = new Observers();
  private final World world = new World(1, observers);
  private final SimulatedCluster cluster = new SimulatedCluster(
      world, 1, 0, SimulationSettings.smallLimits(), LeaseRules.FORBIDDEN, KvMachine::new);
  private final HostId host = new HostId("n1");
  private final SimulatedHost.Life life;

  OpenRequestsTest() {
    observers.add(cluster.view());
    cluster.startFounders();
    assertThat(world.time().runUntil(() -> cluster.leader() != null, 30 * SECONDS))
        .isTrue();
    life = cluster.leader();
  }

  private String unaccounted(int inLife, int proposals, int reads) {
    OpenRequests open = new OpenRequests();
    for (int i = 0; i < proposals; i++) {
      open.proposal(host, inLife, 100);
    }
    for (int i = 0; i < reads; i++) {
      open.read(host, inLife, 10);
    }
    return open.unaccounted(world);
  }

  @Test
  void proposalsThatWaitAreAccountedFor() {
    CompletableFuture<byte[]> one = life.node().propose(new byte[100]);
    assertThat(one).isNotDone();
    assertThat(unaccounted(1, 1, 0)).isNull();
    assertThat(unaccounted(1, 2, 0)).contains("bytes of proposals, and clients wait for 216");
    assertThat(unaccounted(2, 2, 0)).as("of another process").isNull();
  }

  @Test
  void readsThatWaitAreAccountedFor() {
    CompletableFuture<byte[]> one = life.node().query(new byte[10], ReadConsistency.LINEARIZABLE);
    assertThat(one).isNotDone();
    assertThat(unaccounted(1, 0, 1)).isNull();
    assertThat(unaccounted(1, 0, 2)).contains("bytes of reads, and clients wait for 532");
  }
}
