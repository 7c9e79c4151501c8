package io.github.balsaraft.examples.bench;

import io.github.balsaraft.examples.bench.cluster.Cluster;
import io.github.balsaraft.examples.bench.cluster.EmbeddedNode;
import io.github.balsaraft.examples.bench.load.ClosedLoop;
import io.github.balsaraft.examples.bench.report.JsonLine;
import java.io.PrintStream;

/**
 * Writes entries without a snapshot, closes all nodes, and times their opening until a write is acknowledged and until all
 * have applied everything.
 */
final class RestartMode extends Mode {

  private static final int DEFAULT_ENTRIES = 1_000_000;

  RestartMode(Options options, JsonLine line, PrintStream progress) {
    super(options, line, progress);
  }

  @Override
  void run() throws InterruptedException {
    try (Cluster<EmbeddedNode> cluster = openEmbedded(false)) {
      ClosedLoop before = writes(cluster);
      before.run(options.entriesOr(DEFAULT_ENTRIES));
      long entries = before.acknowledged();
      awaitConsistent(cluster, entries, APPLY_PATIENCE_SECONDS);
      for (int node = 0; node < cluster.size(); node++) {
        cluster.close(node);
      }
      // Garbage of the time before is not collected at the expense of the time that counts.
      System.gc();
      progress.println("closed with " + entries + " entries");
      long start = System.nanoTime();
      cluster.openAll();
      double openSeconds = secondsSince(start);
      cluster.awaitLeaders(LEADER_PATIENCE_SECONDS);
      ClosedLoop first = new ClosedLoop(
          1, number -> cluster.propose(0, payloads.of(number)), () -> cluster.findLeader(0));
      first.run(1);
      double firstAckSeconds = secondsSince(start);
      boolean consistent = awaitConsistent(cluster, entries + 1, APPLY_PATIENCE_SECONDS);
      double appliedSeconds = secondsSince(start);
      requireNoSnapshot(cluster);
      line.put("entries", entries)
          .put("open_s", openSeconds)
          .put("first_ack_s", firstAckSeconds)
          .put("all_applied_s", appliedSeconds)
          .put("entries_per_s", entries / appliedSeconds)
          .put("consistent", consistent);
    }
  }
}
