package io.github.balsaraft.examples.bench;

import io.github.balsaraft.examples.bench.cluster.Cluster;
import io.github.balsaraft.examples.bench.cluster.EmbeddedNode;
import io.github.balsaraft.examples.bench.load.PauseWatch;
import io.github.balsaraft.examples.bench.report.JsonLine;
import java.io.PrintStream;
import java.util.concurrent.CompletableFuture;

/**
 * Linearizable reads by ReadIndex, with one write in ten operations. The writes go to the leader, the reads too unless {@code
 * --readers} says otherwise; the percentiles cover both.
 */
final class ReadMode extends Mode {

  private static final int OPERATIONS_PER_WRITE = 10;
  private static final double READ_SHARE = 0.9;

  ReadMode(Options options, JsonLine line, PrintStream progress) {
    super(options, line, progress);
  }

  @Override
  void run() throws InterruptedException {
    line.put("readers", options.readers());
    try (PauseWatch pauses = PauseWatch.start();
        Cluster<EmbeddedNode> cluster = openEmbedded()) {
      Measurement measurement = measure(cluster, number -> operation(cluster, number), pauses);
      line.put("reads_per_s", measurement.operationsPerSecond() * READ_SHARE);
    }
  }

  private CompletableFuture<?> operation(Cluster<EmbeddedNode> cluster, long number) {
    return number % OPERATIONS_PER_WRITE == 0
        ? cluster.propose(0, payloads.of(number))
        : cluster.read(reader(cluster, number), 0);
  }

  private int reader(Cluster<EmbeddedNode> cluster, long number) {
    int leader = cluster.leader(0);
    int nodes = cluster.size();
    return switch (options.readers()) {
      case "follower" -> nodes == 1 ? leader : (leader + 1 + (int) (number % (nodes - 1))) % nodes;
      case "all" -> (int) (number % nodes);
      default -> leader;
    };
  }
}
