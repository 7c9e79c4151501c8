package io.github.balsaraft.examples.kv.faults;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** All servers lose power, so to speak, at the same moment. */
class FullRestartIT {

  @RegisterExtension
  final Clusters clusters = new Clusters();

  /** What was acknowledged is on a majority of disks, so it is there when all start again. */
  @Test
  @Timeout(120)
  void whenAllAreKilledAtOnceNothingAcknowledgedIsLost() {
    KvCluster cluster = clusters.start(3);
    try (HistoryWorkload workload = HistoryWorkload.start(cluster, 4)) {
      for (int i = 0; i < 3; i++) {
        workload.awaitAnswers(700);
        cluster.killAll();
        Mark mark = workload.mark();
        cluster.nodes().forEach(KvProcess::start);
        workload.awaitWriteAfter(mark);
      }
      workload.awaitAnswers(500);
      String verdict = HistoryCheck.of(cluster, workload);

      Clusters.report("FullRestartIT", workload.summary(), verdict);
    }
  }
}
