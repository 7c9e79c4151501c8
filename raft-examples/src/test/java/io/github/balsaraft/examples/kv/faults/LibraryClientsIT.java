package io.github.balsaraft.examples.kv.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients of the library, with sessions, while servers are killed, paused and replaced: what they propose is applied once. */
class LibraryClientsIT {

  private static final Duration PAUSE = Duration.ofSeconds(4);
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  @RegisterExtension
  final Clusters clusters = new Clusters();

  @Test
  @Timeout(300)
  void killedAndPausedServersLoseAndDoubleNothing() {
    KvCluster cluster = clusters.start(3);
    List<String> members = List.copyOf(cluster.raftAddresses().values());
    try (LibraryClients load = LibraryClients.start(cluster, 4, members, DEADLINE)) {
      for (int round = 0; round < 2; round++) {
        load.awaitAnswers(200);
        KvProcess killed = cluster.awaitLeader();
        killed.kill();
        load.awaitAnswers(200);
        killed.start();
        cluster.await(killed + " back", DEADLINE, () -> !killed.info().isEmpty());

        KvProcess paused = cluster.awaitLeader();
        long begin = System.nanoTime();
        paused.pause();
        cluster.await(
            "end of the pause", DEADLINE, () -> System.nanoTime() - begin > PAUSE.toNanos());
        load.awaitAnswers(200);
        paused.resume();
        load.awaitAnswers(200);
      }
      String verdict = load.check(members);
      Clusters.report("LibraryClientsIT", verdict);
    }
  }

  /** A client needs the addresses that it was given only to begin. */
  @Test
  @Timeout(300)
  void clientThatKnowsOnlyAMemberSinceRemovedFollowsTheOthers() {
    KvCluster cluster = clusters.start(3);
    String first = cluster.awaitLeader().id();
    String known = cluster.raftAddresses().get(first);
    try (LibraryClients load = LibraryClients.start(cluster, 2, List.of(known), DEADLINE)) {
      load.awaitAnswers(100);
      KvProcess joined = cluster.join("n4");
      KvCluster.AdminRun added = cluster.admin("add", "n4");
      assertThat(added.exitCode()).as(added.output()).isZero();
      KvCluster.AdminRun removed = cluster.admin("remove", first);
      assertThat(removed.exitCode()).as(removed.output()).isZero();
      cluster.retire(cluster.node(first));
      load.awaitAnswers(300);
      assertThat(joined.isRunning()).isTrue();
      assertThat(load.unanswered()).as("requests refused or in doubt").isZero();
      String verdict = load.check(List.of(cluster.raftAddresses().entrySet().stream()
          .filter(founder -> !founder.getKey().equals(first))
          .findFirst()
          .orElseThrow()
          .getValue()));
      Clusters.report("LibraryClientsIT", verdict);
    }
  }
}
