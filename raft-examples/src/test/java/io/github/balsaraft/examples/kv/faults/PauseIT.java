package io.github.balsaraft.examples.kv.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A leader stops for seconds without noticing, as in a long garbage collection or when a virtual machine moves. */
class PauseIT {

  private static final long PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

  @RegisterExtension
  final Clusters clusters = new Clusters();

  /**
   * When it goes on it must not answer from its old state, nor lead any more. That it doesn't lead is judged unless the term has
   * changed meanwhile, as it does when the machine stands still; if it does so more often than not it is the one that was paused that
   * disturbs.
   */
  @Test
  @Timeout(120)
  void aPausedLeaderIsReplacedAndReturnsAsAFollower() {
    KvCluster cluster = clusters.start(3);
    try (HistoryWorkload workload = HistoryWorkload.start(cluster, 3)) {
      Nemesis nemesis = new Nemesis(cluster, workload);
      int pauses = 0;
      int undisturbed = 0;
      while (pauses < 2 || (2 * undisturbed < pauses && pauses < 4)) {
        pauses++;
        workload.awaitAnswers(500);
        long begin = System.nanoTime();
        KvProcess paused = nemesis.replaceLeader(KvProcess::pause);
        cluster.await(
            "end of the pause",
            Duration.ofSeconds(30),
            () -> System.nanoTime() - begin > PAUSE_NANOS);
        workload.awaitAnswers(300);
        long term = term(cluster);
        paused.resume();
        nemesis.awaitCaughtUp(paused);
        KvProcess leader = cluster.awaitLeader();
        if (term(cluster) == term) {
          undisturbed++;
          assertThat(leader).as("leader").isNotSameAs(paused);
        }
      }
      String kept =
          undisturbed + " of " + pauses + " pauses after which the others kept their leader";
      assertThat(2 * undisturbed).as(kept).isGreaterThanOrEqualTo(pauses);
      workload.awaitAnswers(500);
      String verdict = HistoryCheck.of(cluster, workload);

      Clusters.report("PauseIT", workload.summary(), nemesis.summary(), kept, verdict);
    }
  }

  private static long term(KvCluster cluster) {
    return Nemesis.number(cluster.awaitLeader().answeredInfo(), "term");
  }
}
