package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.world.Disk;
import io.github.balsaraft.testing.simulation.world.Observer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A line of the log that can't be written, as when memory has run out, changes nothing about what it says. */
class LostLinesTest {

  private static final HostId HOST = new HostId("n1");

  private final TestCluster cluster = new TestCluster(1, 1, SimulationSettings.smallLimits());

  private static final class NoErrors implements Observer {
    @Override
    public boolean wantsLog() {
      return true;
    }

    @Override
    public void onNote(HostId host, String note) {
      if (note.startsWith("ERROR")) {
        throw new IllegalStateException("no line: " + note);
      }
    }
  }

  @Test
  @DisplayName("a host whose store fails stops taking part, and everybody is told")
  void failedStore() {
    cluster.start(HOST);
    GroupNode node = cluster.awaitLeader().node();
    cluster.observers.add(new NoErrors());
    cluster.world.host(HOST).disk().failNextWrite(Disk.Failure.BEFORE);
    CompletableFuture<byte[]> proposal = node.propose("a".getBytes(UTF_8));
    assertThatThrownBy(() -> cluster.time.runFor(SECONDS)).hasMessageContaining("no line: ERROR");
    cluster.time.runFor(SECONDS);
    assertThat(proposal).isCompletedExceptionally();
    assertThat(cluster.status(cluster.life(HOST)).health()).isEqualTo(NodeStatus.Health.FAILED);
  }
}
