package io.github.balsaraft.examples.kv.faults;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** All servers lose power, so to speak, at the same moment. */
class FullRestartIT {

  @RegisterExtension
  final Clusters clusters = new Clusters();

  /** What was acknowledged is on a majority of disks, so it is there when all start again. */
  @Test
  @Timeout(180)
  void whenAllAreKilledAtOnceNothingAcknowledgedIsLost() {
    KvCluster cluster = clusters.start(3);
    try (HistoryWorkload workload = HistoryWorkload.start(cluster, 4)) {
      List<Long> gaps = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        workload.awaitAnswers(700);
        long begin = System.nanoTime();
        cluster.killAll();
        Mark mark = workload.mark(begin);
        cluster.nodes().forEach(KvProcess::start);
        workload.awaitWriteAfter(mark);
        gaps.add(mark.gap().toMillis());
      }
      workload.awaitAnswers(500);
      String verdict = HistoryCheck.of(cluster, workload);

      Clusters.report(
          "FullRestartIT", workload.summary(), "from kill to next write: " + gaps + " ms", verdict);
    }
  }
}
