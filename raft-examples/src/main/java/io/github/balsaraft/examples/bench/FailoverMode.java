package io.github.balsaraft.examples.bench;

import io.github.balsaraft.examples.bench.cluster.ChildNode;
import io.github.balsaraft.examples.bench.cluster.Cluster;
import io.github.balsaraft.examples.bench.cluster.NettyGround;
import io.github.balsaraft.examples.bench.load.PauseWatch;
import io.github.balsaraft.examples.bench.report.JsonLine;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * Each node is a process. Again and again the leader's is killed (SIGKILL), or stopped where it stands (SIGSTOP) with {@code
 * --silent}, under a hundred writes a second; what counts is the time until a write is acknowledged again.
 */
final class FailoverMode extends Mode {

  private static final int WRITES_BEFORE = 200;
  private static final long WRITE_INTERVAL_NANOS = 10_000_000;
  private static final double GIVE_UP_SECONDS = 60;

  FailoverMode(Options options, JsonLine line, PrintStream progress) {
    super(options, line, progress);
  }

  @Override
  void run() throws InterruptedException, IOException {
    if (options.inMemory()) {
      line.put("supported", false);
      return;
    }
    int electionMillis = options.electionMillis();
    line.put("rounds", options.rounds())
        .put("silent", options.silent())
        .put("election_ms", electionMillis == 0 ? "default" : electionMillis);
    try (PauseWatch pauses = PauseWatch.start();
        Cluster<ChildNode> cluster =
            cluster(new NettyGround(), electionMillis, options.snapshots(), ChildNode::start)) {
      cluster.openAll();
      cluster.awaitLeaders(LEADER_PATIENCE_SECONDS);
      long start = System.nanoTime();
      List<Double> millis = new ArrayList<>();
      for (int round = 1; round <= options.rounds(); round++) {
        double took = round(cluster);
        millis.add(took);
        progress.println(String.format(Locale.ROOT, "round %d: %.0f ms", round, took));
      }
      report(millis);
      line.put("machine_pauses", pauses.log().countSince(start))
          .put("machine_longest_pause_ms", pauses.log().longestMillisSince(start));
    }
  }

  private double round(Cluster<ChildNode> cluster) throws InterruptedException, IOException {
    for (int number = 0; number < WRITES_BEFORE; number++) {
      if (cluster.findLeader(0)) {
        // What becomes of it is not asked: these only keep the log growing.
        CompletableFuture<?> unused = cluster.propose(0, payloads.of(number));
        LockSupport.parkNanos(WRITE_INTERVAL_NANOS);
      }
    }
    cluster.awaitLeaders(LEADER_PATIENCE_SECONDS);
    int leader = cluster.leader(0);
    ChildNode lost = cluster.take(leader);
    long start = System.nanoTime();
    lose(lost);
    double millis = awaitWrite(cluster, start);
    lost.close();
    cluster.open(leader);
    cluster.awaitLeaders(LEADER_PATIENCE_SECONDS);
    // The next round begins with nodes that all have caught up.
    awaitConsistent(cluster, 1, APPLY_PATIENCE_SECONDS);
    return millis;
  }

  private void lose(ChildNode node) throws InterruptedException, IOException {
    if (options.silent()) {
      node.freeze();
    } else {
      node.kill();
    }
  }

  /** Proposes to every node that is left, again and again, until one of them acknowledges. */
  private double awaitWrite(Cluster<ChildNode> cluster, long start) {
    CompletableFuture<Long> acknowledgedNanos = new CompletableFuture<>();
    for (long number = 0; !acknowledgedNanos.isDone(); number++) {
      for (ChildNode node : cluster.open()) {
        CompletableFuture<Void> unused = node.propose(0, payloads.of(number))
            .thenRun(() -> acknowledgedNanos.complete(System.nanoTime()));
      }
      if (secondsSince(start) > GIVE_UP_SECONDS) {
        throw new IllegalStateException("no write for " + GIVE_UP_SECONDS + " s");
      }
      LockSupport.parkNanos(WRITE_INTERVAL_NANOS);
    }
    return (acknowledgedNanos.join() - start) / 1e6;
  }

  private void report(List<Double> millis) {
    line.put(
        "rounds_ms",
        millis.stream().map(took -> String.valueOf(Math.round(took))).toList().toString());
    List<Double> sorted = new ArrayList<>(millis);
    Collections.sort(sorted);
    int size = sorted.size();
    line.put("min_ms", sorted.get(0))
        .put("median_ms", (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2)
        .put("max_ms", sorted.get(size - 1));
  }
}
