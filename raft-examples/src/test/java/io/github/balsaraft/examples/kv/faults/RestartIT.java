package io.github.balsaraft.examples.kv.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Servers are stopped and started again one after the other, as for an upgrade. Nobody who tries again notices. */
class RestartIT {

  private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  @RegisterExtension
  final Clusters clusters = new Clusters();

  @Test
  @Timeout(240)
  void oneAfterTheOtherLosesNoRequestAndLeadersHandOver() {
    KvCluster cluster =
        clusters.start(3, "--election-timeout", String.valueOf(ELECTION_TIMEOUT.toMillis()));
    List<String> report = new ArrayList<>();
    List<KvProcess> remaining = new ArrayList<>(cluster.nodes());
    try (LibraryClients load =
        LibraryClients.start(cluster, 4, cluster.raftAddresses().values(), DEADLINE)) {
      load.awaitAnswers(300);
      while (!remaining.isEmpty()) {
        KvProcess leader = cluster.awaitLeader();
        KvProcess next = remaining.contains(leader) ? leader : remaining.get(0);
        remaining.remove(next);
        load.takeLongestGap();
        assertThat(next.stop()).as("exit code of " + next).isZero();
        load.awaitAnswers(100);
        Duration gap = load.takeLongestGap();
        report.add((next == leader ? "leader " : "follower ") + next.id()
            + " stopped: longest gap of writes " + gap.toMillis() + " ms, election timeout "
            + ELECTION_TIMEOUT.toMillis() + " to " + 2 * ELECTION_TIMEOUT.toMillis() + " ms");
        if (next == leader) {
          assertThat(next.logText())
              .as("the leader handed over before it stopped")
              .contains("hand leadership over to")
              .contains(": transferred");
        }
        next.start();
        cluster.await(
            next + " following",
            DEADLINE,
            () -> "follower".equals(next.info().get("role"))
                && !next.info().getOrDefault("leader", "").isEmpty());
        load.awaitAnswers(200);
      }
      assertThat(load.unanswered()).as("requests refused or in doubt").isZero();
      report.add(load.check(cluster.raftAddresses().values()));
    }
    Clusters.report("RestartIT", report.toArray(String[]::new));
  }
}
