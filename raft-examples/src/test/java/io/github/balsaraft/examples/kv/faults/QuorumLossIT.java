package io.github.balsaraft.examples.kv.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import io.github.balsaraft.examples.kv.testing.RespClient;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two of three servers are gone: what the third one says, and that it says so in time. */
class QuorumLossIT {

  /** So long that a machine that stands still for seconds changes no leader: who loses its quorum must be who led. */
  private static final String[] SAME_LEADER = {"--election-timeout", "2500"};

  /** The leader steps down after 5 s; the rest is for slow machines. */
  private static final Duration REPLY_PATIENCE = Duration.ofSeconds(30);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension
  final Clusters clusters = new Clusters();

  /** Values of the key {@code color} that may be there in the end: what was refused is none of them. */
  private final Set<String> possibleColors = new HashSet<>();

  private int colors;

  @Test
  @Timeout(120)
  void aLeaderWhoseFollowersWereKilledSaysWhatIsMissing() {
    KvCluster cluster = clusters.start(3, SAME_LEADER);
    setGreen(cluster);
    KvProcess leader = cluster.awaitLeader();
    List<KvProcess> followers = cluster.othersThan(leader);

    followers.forEach(KvProcess::kill);

    expectUnknownWrite(leader);
    expectNoQuorum(cluster, leader, followers);
    expectOldLocalReads(cluster, leader);

    followers.forEach(KvProcess::start);
    expectAllGoesOn(cluster);
  }

  /** Paused servers keep their connections: only their silence tells. */
  @Test
  @Timeout(120)
  void aLeaderWhoseFollowersWerePausedSaysWhatIsMissing() {
    KvCluster cluster = clusters.start(3, SAME_LEADER);
    setGreen(cluster);
    KvProcess leader = cluster.awaitLeader();
    List<KvProcess> followers = cluster.othersThan(leader);

    followers.forEach(KvProcess::pause);

    expectUnknownWrite(leader);
    expectNoQuorum(cluster, leader, followers);
    expectOldLocalReads(cluster, leader);

    followers.forEach(KvProcess::resume);
    expectAllGoesOn(cluster);
  }

  @Test
  @Timeout(120)
  void aFollowerThatIsLeftAloneSaysWhatIsMissing() {
    KvCluster cluster = clusters.start(3, SAME_LEADER);
    setGreen(cluster);
    KvProcess leader = cluster.awaitLeader();
    KvProcess left = cluster.othersThan(leader).get(0);
    KvProcess other = cluster.othersThan(leader).get(1);

    other.kill();
    leader.kill();

    expectNoQuorum(cluster, left, List.of(leader, other));
    expectOldLocalReads(cluster, left);

    leader.start();
    other.start();
    expectAllGoesOn(cluster);
  }

  /** The leader doesn't know yet that it is alone, so it appends the write; nobody can tell what will become of it. */
  private void expectUnknownWrite(KvProcess leader) {
    assertThat(setAnotherColor(leader)).startsWith("-UNKNOWN ");
  }

  private void expectNoQuorum(KvCluster cluster, KvProcess node, List<KvProcess> missing) {
    cluster.await("CLUSTERDOWN no quorum from " + node + " that names " + missing, PATIENCE, () -> {
      String reply = setAnotherColor(node);
      return reply.startsWith("-CLUSTERDOWN no quorum: ")
          && missing.stream().map(KvProcess::id).allMatch(reply::contains);
    });
    // From now on always, for reads as well.
    for (int i = 0; i < 5; i++) {
      assertThat(setAnotherColor(node)).startsWith("-CLUSTERDOWN no quorum: ");
      assertThat(ask(node, "GET", "color")).startsWith("-CLUSTERDOWN no quorum: ");
    }
  }

  /** Sets a color that was never set before, and remembers it if it may come true. */
  private String setAnotherColor(KvProcess node) {
    String color = "color" + ++colors;
    String reply = ask(node, "SET", "color", color);
    if (!KvWire.isError(reply) || !KvWire.isCertainlyNotExecuted(reply)) {
      possibleColors.add("\"" + color + "\"");
    }
    return reply;
  }

  private static String ask(KvProcess node, String... words) {
    try (RespClient client = new RespClient(node.port(), REPLY_PATIENCE)) {
      return client.call(words);
    }
  }

  /** The local copy is still there to read, and INFO says how old it may be. */
  private static void expectOldLocalReads(KvCluster cluster, KvProcess node) {
    expectLocallyGreen(cluster, node);
    Map<String, String> before = node.answeredInfo();
    long age = Nemesis.number(before, "local_read_staleness_ms");
    assertThat(age).as("age of local reads").isPositive();
    assertThat(before).containsEntry("leader", "");
    cluster.await(
        "local reads older than " + age + " ms",
        PATIENCE,
        () -> Nemesis.number(node.info(), "local_read_staleness_ms") > age);
    try (RespClient client = node.connect()) {
      client.call("READONLY");
      assertThat(client.call("SET", "color", "refused")).startsWith("-CLUSTERDOWN ");
      assertThat(client.call("READWRITE")).isEqualTo("+OK");
      assertThat(client.call("GET", "color")).startsWith("-CLUSTERDOWN ");
    }
  }

  private static void expectLocallyGreen(KvCluster cluster, KvProcess node) {
    cluster.await("the last known value at " + node, PATIENCE, () -> {
      try (RespClient client = node.connect()) {
        assertThat(client.call("READONLY")).isEqualTo("+OK");
        return client.call("GET", "color").equals("\"green\"");
      } catch (UncheckedIOException e) {
        // The cluster has a leader before the last of its servers listens.
        return false;
      }
    });
  }

  private void expectAllGoesOn(KvCluster cluster) {
    cluster.awaitLeader();
    Set<String> colors = new HashSet<>();
    cluster.nodes().forEach(node -> colors.add(Clusters.reply(cluster, node, "GET", "color")));
    assertThat(colors).hasSize(1);
    assertThat(possibleColors).containsAll(colors);
    for (KvProcess node : cluster.nodes()) {
      set(cluster, node, "from", node.id());
      for (KvProcess other : cluster.nodes()) {
        assertThat(Clusters.reply(cluster, other, "GET", "from"))
            .isEqualTo("\"" + node.id() + "\"");
      }
    }
  }

  private void setGreen(KvCluster cluster) {
    set(cluster, cluster.node("n1"), "color", "green");
    possibleColors.add("\"green\"");
    cluster.nodes().forEach(each -> expectLocallyGreen(cluster, each));
  }

  private static void set(KvCluster cluster, KvProcess node, String key, String value) {
    assertThat(Clusters.reply(cluster, node, "SET", key, value)).isEqualTo("+OK");
  }
}
