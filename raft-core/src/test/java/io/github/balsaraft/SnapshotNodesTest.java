package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.api.SnapshotStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Snapshots of nodes with threads: taken, started from, and sent to a member whose log is too short. */
class SnapshotNodesTest {

  /** So that a few commands are enough for a snapshot, and next to nothing of the log stays. */
  private static final RaftOptions OFTEN = LocalCluster.options()
      .snapshots(SnapshotOptions.builder()
          .minLogBytes(2000)
          .logRatio(0)
          .retained(10, 20)
          .build())
      .build();

  private final List<String> expected = new ArrayList<>();

  private void propose(RaftNode leader, int commands) throws Exception {
    List<CompletableFuture<byte[]>> results = new ArrayList<>();
    for (int i = 0; i < commands; i++) {
      String text = "command " + expected.size();
      expected.add(text);
      results.add(leader.propose(text.getBytes(UTF_8)));
    }
    for (CompletableFuture<byte[]> result : results) {
      result.get(30, SECONDS);
    }
  }

  private static SnapshotStatus snapshots(RaftNode node) {
    return node.status().snapshots();
  }

  @Test
  void theLogIsCutBehindASnapshotAndTheNodeStartsFromIt() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1")) {
      RaftNode node = cluster.start("n1", OFTEN);
      node.awaitLeader().get(30, SECONDS);
      propose(node, 500);
      LocalCluster.awaitTrue(
          "a snapshot and a log without its beginning", () -> snapshots(node).firstIndex() > 1);
      SnapshotStatus before = snapshots(node);
      assertThat(before.enabled()).isTrue();
      assertThat(before.problem()).isEmpty();
      assertThat(before.last()).isPresent();
      cluster.stop("n1");

      RaftNode again = cluster.start("n1", OFTEN);
      again.awaitLeader().get(30, SECONDS);
      propose(again, 1);
      Appender machine = cluster.machines.get("n1");
      assertThat(machine.restored()).isEqualTo(1);
      assertThat(machine.applied()).isEqualTo(expected);
      assertThat(snapshots(again).firstIndex()).isGreaterThanOrEqualTo(before.firstIndex());
    }
  }

  @Test
  void aMemberWhoseLogIsTooShortFetchesASnapshot() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3")) {
      for (String name : cluster.names()) {
        cluster.start(name, OFTEN);
      }
      cluster.awaitLeader();
      String away = cluster.anyFollower().status().host().name();
      propose(cluster.awaitLeader(), 10);
      cluster.stop(away);
      propose(cluster.awaitLeader(), 1000);
      RaftNode leader = cluster.awaitLeader();
      // Its log keeps what somebody may need for as long as that somebody may be there.
      LocalCluster.awaitTrue("a cut log", () -> snapshots(leader).firstIndex() > 100);

      RaftNode back = cluster.start(away, OFTEN);
      Appender machine = cluster.machines.get(away);
      LocalCluster.awaitTrue("all commands", () -> machine.applied().equals(expected));
      assertThat(machine.restored()).isEqualTo(1);
      propose(cluster.awaitLeader(), 100);
      LocalCluster.awaitTrue("later commands", () -> machine.applied().equals(expected));
      assertThat(snapshots(back).last()).isPresent();
    }
  }
}
