package io.github.balsaraft.examples.kv.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Leaders are killed under load, one after the other. */
class FailoverIT {

  private static final int LEADERS_TO_KILL = 4;
  private static final int LEADER_CHANGES = 3;
  private static final int OPERATIONS = 10_000;

  @RegisterExtension
  final Clusters clusters = new Clusters();

  /**
   * Whoever leads is killed as by {@code kill -9}, another takes over, and the killed one is started again and catches up.
   * Nothing that was acknowledged is lost, nothing that was refused happens, and what the clients saw can be explained by
   * one copy of the data.
   */
  @Test
  @Timeout(400)
  void aKilledLeaderIsReplacedAndNothingAcknowledgedIsLost() {
    KvCluster cluster = clusters.start(3);
    try (HistoryWorkload workload = HistoryWorkload.start(cluster, 1)) {
      Nemesis nemesis = new Nemesis(cluster, workload);
      for (int i = 0; i < LEADERS_TO_KILL; i++) {
        workload.awaitAnswers(1_200);
        KvProcess killed = nemesis.replaceLeader(KvProcess::kill);
        workload.awaitAnswers(800);
        killed.start();
        nemesis.awaitCaughtUp(killed);
      }
      workload.awaitAnswers(Math.max(500, OPERATIONS - workload.answers()));
      String verdict = HistoryCheck.of(cluster, workload);

      Clusters.report("FailoverIT", workload.summary(), nemesis.summary(), verdict);
      assertThat(workload.answers()).as("operations answered").isGreaterThanOrEqualTo(OPERATIONS);
      assertThat(nemesis.leaderChanges())
          .as("leader changes")
          .isGreaterThanOrEqualTo(LEADER_CHANGES);
    }
  }

  /** A leader that is told to stop (SIGTERM) ends what is under way, refuses the rest, and says so truthfully. */
  @Test
  @Timeout(120)
  void aStoppedLeaderIsReplacedAndNothingAcknowledgedIsLost() {
    KvCluster cluster = clusters.start(3);
    try (HistoryWorkload workload = HistoryWorkload.start(cluster, 2)) {
      Nemesis nemesis = new Nemesis(cluster, workload);
      for (int i = 0; i < 2; i++) {
        workload.awaitAnswers(500);
        KvProcess stopped = nemesis.replaceLeader(
            node -> assertThat(node.stop()).as("exit code").isZero());
        workload.awaitAnswers(500);
        stopped.start();
        nemesis.awaitCaughtUp(stopped);
      }
      String verdict = HistoryCheck.of(cluster, workload);

      Clusters.report("FailoverIT, SIGTERM", workload.summary(), nemesis.summary(), verdict);
    }
  }
}
