package io.github.balsaraft.examples.kv.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import io.github.balsaraft.examples.kv.testing.RespClient;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Servers whose state is in a database of its own, which are killed or begin with nothing. */
class OnDiskEngineIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int VALUES = 400;
  private static final String VALUE = "v".repeat(8_000);

  @RegisterExtension
  final Clusters clusters = new Clusters();

  /** What a database loses when it is killed has to come again from the log, and nothing twice. */
  @Test
  @Timeout(180)
  @DisplayName("trap 46: killed servers find everything that was acknowledged, and nothing twice")
  void trap46_killedServersFindEverythingThatWasAcknowledged() {
    AllKilled.threeTimes(
        "OnDiskEngineIT",
        clusters.start(
            3, "--engine", "rocksdb", "--snapshot-after", "128kb", "--retain-entries", "100"));
  }

  @Test
  @Timeout(180)
  void aNewMemberGetsACheckpoint() {
    String[] options = {"--engine", "rocksdb", "--snapshot-after", "1mb", "--retain-entries", "10"};
    KvCluster cluster = clusters.start(3, options);
    KvProcess first = cluster.node("n1");
    for (int i = 0; i < VALUES; i++) {
      assertThat(Clusters.reply(cluster, first, "SET", "k" + i, VALUE + i)).isEqualTo("+OK");
    }
    assertThat(Clusters.reply(cluster, first, "PEXPIRE", "k0", "86400000")).isEqualTo(":1");
    for (KvProcess node : cluster.nodes()) {
      cluster.await(
          "snapshot of " + node,
          PATIENCE,
          () -> node.logLines().stream().anyMatch(line -> line.contains("took a snapshot up to")));
    }

    KvProcess fresh = cluster.join("n4", options);
    assertThat(cluster.admin("add", "n4").exitCode()).as(cluster.lastWords()).isZero();

    cluster.await(
        "fetched snapshot",
        PATIENCE,
        () ->
            fresh.logLines().stream().anyMatch(line -> line.contains("fetches a snapshot up to")));
    expectAllValues(cluster, fresh);
    // From its own database, the next time.
    fresh.kill();
    fresh.start();
    cluster.await("the new member again", PATIENCE, () -> answersReads(fresh));
    expectAllValues(cluster, fresh);
  }

  /** Not before it has heard of the leader again. */
  private static boolean answersReads(KvProcess node) {
    if (!node.info().getOrDefault("health", "").equals("running")) {
      return false;
    }
    try (RespClient client = node.connect()) {
      return !client.call("GET", "k0").startsWith("-");
    }
  }

  private static void expectAllValues(KvCluster cluster, KvProcess node) {
    for (int i = 0; i < VALUES; i++) {
      String reply = Clusters.reply(cluster, node, "GET", "k" + i);
      // Not a comparison of texts: a difference would be 8000 characters long.
      assertThat(reply.equals('"' + VALUE + i + '"'))
          .as("value of k%s at %s", i, node)
          .isTrue();
    }
    assertThat(Clusters.reply(cluster, node, "DBSIZE")).isEqualTo(":" + VALUES);
    assertThat(Clusters.reply(cluster, node, "TTL", "k0")).matches(":8[0-9]{4}");
  }
}
