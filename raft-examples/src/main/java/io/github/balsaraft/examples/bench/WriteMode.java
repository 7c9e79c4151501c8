package io.github.balsaraft.examples.bench;

import io.github.balsaraft.examples.bench.cluster.Cluster;
import io.github.balsaraft.examples.bench.cluster.EmbeddedNode;
import io.github.balsaraft.examples.bench.load.PauseWatch;
import io.github.balsaraft.examples.bench.report.JsonLine;
import java.io.PrintStream;

/** Throughput and latency of proposals at the leader; afterwards all nodes must have applied the same. */
final class WriteMode extends Mode {

  WriteMode(Options options, JsonLine line, PrintStream progress) {
    super(options, line, progress);
  }

  @Override
  void run() throws InterruptedException {
    try (PauseWatch pauses = PauseWatch.start();
        Cluster<EmbeddedNode> cluster = openEmbedded()) {
      Measurement measurement =
          measure(cluster, number -> cluster.propose(0, payloads.of(number)), pauses);
      line.put(
          "consistent",
          awaitConsistent(cluster, measurement.loop().acknowledged(), APPLY_PATIENCE_SECONDS));
    }
  }
}
