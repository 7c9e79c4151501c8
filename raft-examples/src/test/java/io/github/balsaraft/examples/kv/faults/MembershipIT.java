package io.github.balsaraft.examples.kv.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvCluster.AdminRun;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An operator rebuilds a cluster under load, with the commands of docs/operations.md. */
class MembershipIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @RegisterExtension
  final Clusters clusters = new Clusters();

  private final List<String> times = new ArrayList<>();
  private KvCluster cluster;

  /** It succeeds, and prints this. */
  private void admin(String expected, String... words) {
    long begin = System.nanoTime();
    AdminRun run = words[0].equals("transfer")
        ? cluster.transfer(cluster.node(words[1]))
        : cluster.admin(words);
    times.add(String.format(
        Locale.ROOT,
        "%s %.1f s",
        String.join(" ", words),
        (System.nanoTime() - begin) / 1_000_000_000.0));
    assertThat(run.output()).as("%s\n%s", List.of(words), cluster.lastWords()).contains(expected);
    assertThat(run.exitCode()).as(run.output()).isZero();
  }

  /**
   * A cluster of three grows to five, a dead member is replaced, leadership is handed over, and all founders leave. Nothing that
   * was acknowledged is lost, and what the clients saw can be explained by one copy of the data.
   */
  @Test
  @Timeout(400)
  void aClusterIsRebuiltUnderLoadAndNothingAcknowledgedIsLost() {
    cluster = clusters.start(3);
    try (HistoryWorkload workload = HistoryWorkload.start(cluster, 3)) {
      workload.awaitAnswers(300);
      cluster.join("n4");
      cluster.join("n5");
      admin("n1 n2 n3 -> n1 n2 n3 n4", "add", "n4", "--dry-run");
      admin("n4 is a voter (voters n1 n2 n3 n4, index ", "add", "n4");
      admin("n5 is a learner (voters n1 n2 n3 n4, learners n5, ", "add", "n5", "--learner");
      admin("n5 is a voter (voters n1 n2 n3 n4 n5, index ", "promote", "n5");
      workload.talkTo(cluster.nodes());
      workload.awaitAnswers(200);
      admin("leases are on (voters n1 n2 n3 n4 n5, index ", "leases", "on");
      admin("leases are on: window 1,000 ms", "leases");
      admin("leases are on: window 1,000 ms", "members");
      workload.awaitAnswers(200);

      cluster.node("n2").kill();
      cluster.join("n6");
      admin("n6 has taken the place of n2", "replace", "n2", "n6");
      cluster.retire(cluster.node("n2"));
      workload.talkTo(cluster.nodes());

      admin("n1 is changed", "set", "n1", "--priority", "0");
      admin("n5 leads", "transfer", "n5");
      workload.awaitAnswers(200);
      workload.talkTo(List.of(cluster.node("n4"), cluster.node("n5"), cluster.node("n6")));
      admin("n1 is removed: stop it and delete its folder", "remove", "n1");
      knowsThatItWasRemoved(cluster.node("n1"));
      admin("n3 is removed: stop it and delete its folder", "remove", "n3");
      knowsThatItWasRemoved(cluster.node("n3"));
      workload.awaitAnswers(200);
      admin("leases are off (voters n4 n5 n6, index ", "leases", "off");
      workload.awaitAnswers(200);
      admin("removed at index", "status");
      admin("voter", "members");
      admin("ENTRIES/S", "watch", "--count", "2", "--interval", "1");
      admin("\"role\":\"voter\"", "members", "--json");
      admin("Removed: n1 was removed from the group at index ", "explain");
      admin("no server asks to be let in", "pending");
      cluster.retire(cluster.node("n1"));
      cluster.retire(cluster.node("n3"));

      String verdict = HistoryCheck.of(cluster, workload);
      Clusters.report("MembershipIT", workload.summary(), String.join(", ", times), verdict);
    }
  }

  private void knowsThatItWasRemoved(KvProcess node) {
    cluster.await(
        node + " to know that it was removed",
        PATIENCE,
        () -> !node.info().getOrDefault("removed_at", "0").equals("0"));
    assertThat(node.answeredInfo().get("explain"))
        .startsWith("Removed: " + node.id())
        .contains("stop this process and delete its folder");
  }

  /** A member that comes back at another address is found there, although the others were started with the old one. */
  @Test
  @Timeout(120)
  void aServerMovesToAnotherAddress() {
    cluster = clusters.start(3);
    KvProcess node = cluster.othersThan(cluster.awaitLeader()).get(0);
    String address = "127.0.0.1:" + KvCluster.freePort();
    node.stop();
    admin(node.id() + " is changed", "set", node.id(), "--address", address);
    node.startWith("--raft", address);
    cluster.await(
        node + " to follow",
        PATIENCE,
        () -> !node.info().getOrDefault("leader", "").isEmpty());
    admin(address, "members");
    AdminRun notThere = cluster.admin("abort", node.id());
    assertThat(notThere.output()).isEqualTo(node.id() + " is not being added\n");
    assertThat(notThere.exitCode()).isEqualTo(1);
  }
}
