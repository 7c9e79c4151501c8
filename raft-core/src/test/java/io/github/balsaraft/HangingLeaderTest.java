package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A leader whose state machine hangs answers nobody, and its group goes on committing. */
class HangingLeaderTest {

  /** So little is in memory that a follower that was away gets entries from the log store. */
  private static final RaftOptions SMALL_WINDOW =
      LocalCluster.steadyOptions().logWindowBytes(64 << 10).build();

  private static final class Machine extends Appender {
    private final CountDownLatch go = new CountDownLatch(1);
    private volatile boolean hangs;

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // Whoever looks at it need not wait.
    public byte[] apply(Command command) {
      if (hangs) {
        try {
          go.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException("nobody should be interrupted", e);
        }
      }
      return super.apply(command);
    }
  }

  @Test
  void aFollowerThatWasAwayCatchesUp() {
    List<Machine> machines = new ArrayList<>();
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3")) {
      for (String name : cluster.names()) {
        machines.add(new Machine());
        cluster.start(name, SMALL_WINDOW, machines.get(machines.size() - 1));
      }
      try {
        catchUp(cluster, machines);
      } finally {
        // Before the cluster is closed, which would wait for them.
        machines.forEach(machine -> machine.go.countDown());
      }
    }
  }

  private static void catchUp(LocalCluster cluster, List<Machine> machines) {
    RaftNode leader = cluster.awaitLeader();
    String leaderName = leader.status().host().name();
    List<String> others =
        cluster.names().stream().filter(name -> !name.equals(leaderName)).toList();
    cluster.stop(others.get(0));
    Machine hanging = machines.get(cluster.names().indexOf(leaderName));
    hanging.hangs = true;
    List<CompletableFuture<byte[]>> proposals = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      proposals.add(leader.propose(new byte[10_000]));
    }
    LocalCluster.awaitTrue("entries that commit", () -> hasCommitted(leader, 100));
    RaftNode away = cluster.start(others.get(0), SMALL_WINDOW);
    LocalCluster.awaitTrue("the one that was away catches up", () -> hasCommitted(away, 100));

    cluster.stop(others.get(1));
    proposals.add(leader.propose("later".getBytes(UTF_8)));
    LocalCluster.awaitTrue("the two of them commit", () -> hasCommitted(leader, 101));
    assertThat(leader.status().role()).isEqualTo(Role.LEADER);
    assertThat(proposals).as("nobody is answered").noneMatch(CompletableFuture::isDone);
    hanging.go.countDown();
    LocalCluster.awaitTrue(
        "everybody is answered", () -> proposals.stream().allMatch(CompletableFuture::isDone));
  }

  private static boolean hasCommitted(RaftNode node, int commands) {
    NodeStatus status = node.status();
    return status.commitIndex() == status.lastIndex() && status.commitIndex() > commands;
  }
}
