package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The answer to a follower's question from which index on it may read travels on the way of small messages and overtakes the
 * entries. Then everybody who has them may be gone.
 */
class ReadDeadlineTest {

  private final RaftOptions options = SimulationSettings.smallLimits();
  private final TestCluster cluster = new TestCluster(1, 3, options);

  @Test
  @DisplayName("a read whose index never comes ends after the request timeout")
  void theIndexNeverComes() {
    cluster.startAll();
    SimulatedHost.Life leader = cluster.awaitLeader();
    cluster.time.runFor(3 * VirtualTime.SECONDS);
    HostId behind = others(leader.host(), leader.host());
    HostId other = others(leader.host(), behind);
    cluster
        .world
        .network()
        .drop((to, message) -> to.equals(behind)
            && message.message() instanceof AppendEntries append
            && !append.batches().isEmpty());
    CompletableFuture<byte[]> write = leader.node().propose("x".getBytes(UTF_8));
    assertThat(cluster.runUntil(write::isDone, 5 * VirtualTime.SECONDS)).isTrue();

    GroupNode node = cluster.life(behind).node();
    CompletableFuture<byte[]> read = node.query(new byte[0], ReadConsistency.LINEARIZABLE);
    cluster.time.runFor(20 * VirtualTime.MILLIS);
    cluster.crash(leader.host());
    cluster.crash(other);
    cluster.time.runFor(options.requestTimeout().toNanos() - 200 * VirtualTime.MILLIS);
    assertThat(read).as("confirmed, and waiting for its index").isNotDone();

    cluster.time.runFor(400 * VirtualTime.MILLIS);
    assertThat(read).isCompletedExceptionally();
    assertThat(read.handle((result, failure) -> failure).join())
        .isInstanceOf(ReadNotServedException.class)
        .hasMessageContaining("did not come in time");
    assertThat(node.pendingReadBytes()).isZero();
  }

  private HostId others(HostId one, HostId another) {
    return cluster.founders().stream()
        .filter(host -> !host.equals(one) && !host.equals(another))
        .findFirst()
        .orElseThrow();
  }
}
