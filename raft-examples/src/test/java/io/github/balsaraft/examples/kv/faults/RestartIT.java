package io.github.balsaraft.examples.kv.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Servers are stopped and started again one after the other, as for an upgrade. Nobody who tries again notices, and writes never
 * wait for an election timeout.
 *
 * <p>How long they waited is reported, and judged by the election timeout only, for it is the machine's matter too; and that one is long
 * here. What is judged besides is what makes them wait: a leader that stops passes leadership on, which raises the term by one, and nobody
 * else campaigns, which would raise it further. For how long writes wait with the default election timeout is measured by
 * {@code bench --mode rolling-restart}.
 */
class RestartIT {

  /** No machine is so slow that a follower hears nothing of a live leader for so long. */
  private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(10);

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
        long term = term(cluster, leader);
        load.takeLongestGap();
        assertThat(next.stop()).as("exit code of " + next).isZero();
        load.awaitAnswers(100);
        Duration gap = load.takeLongestGap();
        assertThat(gap).as("longest gap of writes").isLessThan(ELECTION_TIMEOUT);
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
        assertThat(term(cluster, cluster.awaitLeader()))
            .as("term since %s was restarted: one election for a handover, and else none", next)
            .isEqualTo(next == leader ? term + 1 : term);
      }
      assertThat(load.unanswered()).as("requests refused or in doubt").isZero();
      report.add(load.check(cluster.raftAddresses().values()));
    }
    Clusters.report("RestartIT", report.toArray(String[]::new));
  }

  private static long term(KvCluster cluster, KvProcess leader) {
    AtomicLong term = new AtomicLong();
    cluster.await("the term of " + leader, DEADLINE, () -> {
      String told = leader.info().getOrDefault("term", "");
      term.set(told.isEmpty() ? 0 : Long.parseLong(told));
      return !told.isEmpty();
    });
    return term.get();
  }
}
