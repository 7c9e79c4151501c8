package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A node that is closed with a patience hands leadership over first. */
class ClosingHandoverTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static HostId host(RaftNode node) {
    return node.status().host();
  }

  @Test
  void leaderHandsOverBeforeItCloses() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll(LocalCluster.STEADY)) {
      RaftNode leader = cluster.awaitLeader();
      leader.propose("a".getBytes(UTF_8)).get(30, SECONDS);
      List<RaftNode> others =
          cluster.nodes().stream().filter(node -> node != leader).toList();
      long term = leader.status().term();
      leader.close(PATIENCE);
      assertThat(leader.status().health()).isEqualTo(Health.CLOSED);
      RaftNode next = LocalCluster.await(
          "another leader",
          () -> others.stream()
              .filter(node -> node.status().role() == Role.LEADER)
              .findFirst());
      assertThat(next.status().term())
          .as("the first election, which the old leader has asked for")
          .isEqualTo(term + 1);
      assertThat(leader.status().leader()).as("it knew its successor").isEmpty();
      next.propose("b".getBytes(UTF_8)).get(30, SECONDS);
      assertThatThrownBy(() -> leader.propose("c".getBytes(UTF_8)).get(30, SECONDS))
          .hasCauseInstanceOf(ShuttingDownException.class);
      leader.close(PATIENCE);
      leader.close();
    }
  }

  @Test
  void followersAndSoleMembersHaveNothingToHandOver() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll(LocalCluster.STEADY)) {
      RaftNode leader = cluster.awaitLeader();
      RaftNode follower = cluster.anyFollower();
      long term = leader.status().term();
      follower.close(PATIENCE);
      assertThat(follower.status().health()).isEqualTo(Health.CLOSED);
      leader.propose("a".getBytes(UTF_8)).get(30, SECONDS);
      assertThat(leader.status().term()).isEqualTo(term);
    }
    try (LocalCluster cluster = new LocalCluster("n1").startAll()) {
      RaftNode alone = cluster.awaitLeader();
      alone.close(PATIENCE);
      assertThat(alone.status().health()).isEqualTo(Health.CLOSED);
    }
  }

  /** Nobody takes over, and the patience is over: closed all the same. */
  @Test
  void withoutAnybodyToTakeOverItIsClosedAllTheSame() throws Exception {
    try (LocalCluster cluster = new LocalCluster("n1", "n2", "n3").startAll()) {
      RaftNode leader = cluster.awaitLeader();
      for (String name : cluster.names()) {
        if (!Objects.equals(name, host(leader).name())) {
          cluster.stop(name);
        }
      }
      leader.close(Duration.ofMillis(200));
      assertThat(leader.status().health()).isEqualTo(Health.CLOSED);
    }
  }

  @Test
  void anyPatienceWillDo() throws Exception {
    for (Duration patience :
        List.of(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofSeconds(Long.MIN_VALUE))) {
      try (LocalCluster cluster = new LocalCluster("n1").startAll()) {
        RaftNode node = cluster.awaitLeader();
        node.close(patience);
        assertThat(node.status().health()).isEqualTo(Health.CLOSED);
      }
    }
  }
}
