package io.github.balsaraft.examples.kv.faults;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import java.util.ArrayList;
import java.util.List;

/** All servers are killed at the same moment and started again, three times, and clients must have been told the truth. */
final class AllKilled {

  private AllKilled() {}

  static void threeTimes(String test, KvCluster cluster) {
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
          test, workload.summary(), "from kill to next write: " + gaps + " ms", verdict);
    }
  }
}
