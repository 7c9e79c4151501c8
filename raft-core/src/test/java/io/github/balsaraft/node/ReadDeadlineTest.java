package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.HostId;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The answer to a follower's question from which index on it may read travels on the way of small messages and overtakes the
 * entries. Then everybody who has them may be gone.
 */
class ReadDeadlineTest {

  private final RaftOptions options = SimulatedCluster.options().build();
  private final SimulatedCluster cluster = new SimulatedCluster(1, 3, options);

  @Test
  @DisplayName("a read whose index never comes ends after the request timeout")
  void theIndexNeverComes() {
    cluster.startAll();
    SimulatedCluster.Life leader = cluster.awaitLeader();
    cluster.simulation.runFor(3 * Simulation.SECONDS);
    HostId behind = others(leader.host, leader.host);
    HostId other = others(leader.host, behind);
    cluster.network.drop((to, message) -> to.equals(behind)
        && message instanceof AppendEntries append
        && !append.batches().isEmpty());
    CompletableFuture<byte[]> write = leader.node.propose("x".getBytes(UTF_8));
    assertThat(cluster.simulation.runUntil(write::isDone, 5 * Simulation.SECONDS))
        .isTrue();

    GroupNode node = cluster.running.get(behind).node;
    CompletableFuture<byte[]> read = node.query(new byte[0], ReadConsistency.LINEARIZABLE);
    cluster.simulation.runFor(20 * Simulation.MILLIS);
    cluster.crash(leader.host);
    cluster.crash(other);
    cluster.simulation.runFor(options.requestTimeout().toNanos() - 200 * Simulation.MILLIS);
    assertThat(read).as("confirmed, and waiting for its index").isNotDone();

    cluster.simulation.runFor(400 * Simulation.MILLIS);
    assertThat(read).isCompletedExceptionally();
    assertThat(read.handle((result, failure) -> failure).join())
        .isInstanceOf(ReadNotServedException.class)
        .hasMessageContaining("did not come in time");
    assertThat(node.pendingReadBytes()).isZero();
  }

  private HostId others(HostId one, HostId another) {
    return cluster.hosts().stream()
        .filter(host -> !host.equals(one) && !host.equals(another))
        .findFirst()
        .orElseThrow();
  }
}
