package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftSession;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** A state machine that refuses a command by a declared exception: its proposer is told, wherever he is, and all replicas go on. */
class RejectedCommandsTest {

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static void assertRejected(CompletableFuture<byte[]> future, String reason) {
    assertThatThrownBy(() -> future.get(30, SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(CommandRejectedException.class, rejected -> {
          assertThat(rejected.reason()).isEqualTo(reason);
          assertThat(rejected.isRetryable()).isFalse();
        });
  }

  @Test
  void proposersAreToldAndAllReplicasGoOn() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3")) {
      for (String name : cluster.names()) {
        cluster.start(name, LocalCluster.steadyOptions().forwardProposals(true).build());
      }
      RaftNode leader = cluster.awaitLeader();
      leader.propose(bytes("a")).get(30, SECONDS);
      assertRejected(leader.propose(bytes("reject 1")), "asked to reject 1");
      assertRejected(cluster.anyFollower().propose(bytes("reject 2")), "asked to reject 2");
      try (RaftSession session = cluster.anyFollower().session()) {
        assertRejected(session.propose(bytes("reject 3")), "asked to reject 3");
        session.propose(bytes("b")).get(30, SECONDS);
        assertThat(leader.status().sessions().open()).isEqualTo(1);
        assertThat(leader.status().sessions().maxOpen()).isPositive();
      }
      leader.propose(bytes("c")).get(30, SECONDS);
      for (String name : cluster.names()) {
        Appender machine = cluster.machines.get(name);
        LocalCluster.awaitTrue(
            "what was not rejected to be applied",
            () -> machine.applied().equals(List.of("a", "b", "c")));
      }
      for (RaftNode node : cluster.nodes()) {
        assertThat(node.status().health()).isEqualTo(Health.RUNNING);
      }
    }
  }
}
