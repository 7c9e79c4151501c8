package io.github.balsaraft.examples.kv.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import io.github.balsaraft.examples.kv.testing.RespClient;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A server's folder is deleted, and it is started again with the same command. It joins the cluster that is there, as a new
 * replica: it can't vote with promises that it doesn't remember, and it never founds a second cluster.
 */
class WipedNodeIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int KEYS = 500;

  @RegisterExtension
  final Clusters clusters = new Clusters();

  @Test
  @Timeout(120)
  void aWipedServerJoinsAsANewReplicaAndHasTheData() {
    KvCluster cluster = clusters.start(3);
    fill(cluster, cluster.node("n1"));
    Map<String, String> before = infoOfMember(cluster, cluster.node("n3"));

    cluster.node("n3").kill();
    cluster.node("n3").wipe();
    cluster.node("n3").start();

    expectJoined(cluster, cluster.node("n3"), before);
    expectItsVoteCounts(cluster, cluster.node("n3"));
  }

  /** The first of the founders is the one that would found the cluster, if there were none. */
  @Test
  @Timeout(120)
  void theWipedFounderJoinsToo() {
    KvCluster cluster = clusters.start(3);
    fill(cluster, cluster.node("n2"));
    KvProcess founder = cluster.node("n1");
    Map<String, String> before = infoOfMember(cluster, founder);

    founder.kill();
    founder.wipe();
    founder.start();

    expectJoined(cluster, founder, before);
    expectItsVoteCounts(cluster, founder);
  }

  /** It sees nobody, then one server that has data but no quorum; it waits for the cluster, however long that takes. */
  @Test
  @Timeout(120)
  void theWipedFounderWaitsWhileItIsAlone() {
    KvCluster cluster = clusters.start(3);
    fill(cluster, cluster.node("n1"));
    KvProcess founder = cluster.node("n1");
    Map<String, String> before = infoOfMember(cluster, founder);
    cluster.killAll();
    founder.wipe();

    founder.start();
    cluster.await(
        "founder that waits for the others",
        PATIENCE,
        () -> founder.info().getOrDefault("health", "").equals("being_born"));
    assertThat(founder.answeredInfo().get("health_detail")).contains("n2", "n3");
    cluster.node("n2").start();
    cluster.await(
        "founder that has heard of its cluster",
        PATIENCE,
        () -> before.get("cluster").equals(founder.info().get("cluster")));
    try (RespClient client = founder.connect()) {
      assertThat(client.call("SET", "k0", "second cluster")).startsWith("-CLUSTERDOWN ");
    }
    cluster.node("n3").start();

    expectJoined(cluster, founder, before);
    expectItsVoteCounts(cluster, founder);
  }

  /** Every server loses its folder once while clients go on; among them are the founder and whoever leads. */
  @Test
  @Timeout(150)
  void serversAreWipedOneAfterTheOtherUnderLoad() {
    KvCluster cluster = clusters.start(3);
    try (HistoryWorkload workload = HistoryWorkload.start(cluster, 5)) {
      for (KvProcess node : cluster.nodes()) {
        Map<String, String> before = infoOfMember(cluster, node);
        workload.awaitAnswers(700);
        node.kill();
        node.wipe();
        workload.awaitAnswers(300);
        node.start();
        awaitNewMember(cluster, node, before);
      }
      workload.awaitAnswers(500);
      String verdict = HistoryCheck.of(cluster, workload);

      Clusters.report("WipedNodeIT", workload.summary(), verdict);
    }
  }

  private static void fill(KvCluster cluster, KvProcess node) {
    String[] words = Stream.concat(
            Stream.of("MSET"),
            IntStream.range(0, KEYS).boxed().flatMap(i -> Stream.of("k" + i, "v" + i)))
        .toArray(String[]::new);
    assertThat(Clusters.reply(cluster, node, words)).isEqualTo("+OK");
  }

  private static Map<String, String> infoOfMember(KvCluster cluster, KvProcess node) {
    cluster.await(
        "cluster of " + node,
        PATIENCE,
        () -> !node.info().getOrDefault("cluster", "").isEmpty());
    return node.answeredInfo();
  }

  private static void expectJoined(KvCluster cluster, KvProcess node, Map<String, String> before) {
    awaitNewMember(cluster, node, before);
    for (KvProcess each : cluster.nodes()) {
      cluster.await("local data of " + each, PATIENCE, () -> {
        try (RespClient client = each.connect()) {
          client.call("READONLY");
          return client.call("DBSIZE").equals(":" + KEYS)
              && client.call("GET", "k17").equals("\"v17\"");
        }
      });
      assertThat(each.answeredInfo())
          .containsEntry("cluster", before.get("cluster"))
          .containsEntry("members", "n1,n2,n3")
          .containsEntry("learners", "");
    }
  }

  /** Waits until all agree that the wiped server is a voter again, in the old cluster and under a new id. */
  private static void awaitNewMember(
      KvCluster cluster, KvProcess node, Map<String, String> before) {
    cluster.await("new replica on " + node + " among the voters", PATIENCE, () -> {
      Map<String, String> info = node.info();
      return info.getOrDefault("health", "").equals("running")
          && info.getOrDefault("health_detail", "?").isEmpty()
          && cluster.nodes().stream()
              .map(KvProcess::info)
              .allMatch(each ->
                  "n1,n2,n3".equals(each.get("members")) && "".equals(each.get("learners")));
    });
    Map<String, String> after = node.answeredInfo();
    assertThat(after.get("cluster")).isEqualTo(before.get("cluster"));
    assertThat(after.get("replica")).isNotEmpty().isNotEqualTo(before.get("replica"));
  }

  /** Without one of the others the new replica is needed for every write. */
  private static void expectItsVoteCounts(KvCluster cluster, KvProcess wiped) {
    List<KvProcess> others = cluster.othersThan(wiped);
    others.get(1).kill();
    cluster.await("write without " + others.get(1), PATIENCE, () -> {
      try (RespClient client = others.get(0).connect()) {
        return client.call("SET", "k0", "new").equals("+OK");
      } catch (UncheckedIOException e) {
        return false;
      }
    });
    others.get(1).start();
    cluster.awaitLeader();
  }
}
