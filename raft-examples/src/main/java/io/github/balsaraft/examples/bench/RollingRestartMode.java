package io.github.balsaraft.examples.bench;

import io.github.balsaraft.examples.bench.cluster.BenchNode;
import io.github.balsaraft.examples.bench.cluster.ChildNode;
import io.github.balsaraft.examples.bench.cluster.Cluster;
import io.github.balsaraft.examples.bench.cluster.NettyGround;
import io.github.balsaraft.examples.bench.cluster.NodeSpec;
import io.github.balsaraft.examples.bench.load.ClosedLoop;
import io.github.balsaraft.examples.bench.load.PauseWatch;
import io.github.balsaraft.examples.bench.report.JsonLine;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * Each node is a process. In each round one after the other is stopped, started again and waited for until it has caught up, under a
 * client that tries again; what counts is for how long no write was acknowledged, and whether any was given up or lost.
 */
final class RollingRestartMode extends Mode {

  private static final int CATCH_UP_PATIENCE_SECONDS = 600;
  private static final long LOOK_NANOS = 10_000_000;

  /** After a restart, so that what it leads to counts as its own. */
  private static final int WRITES_AFTER = 100;

  private final List<Double> leaderGaps = new ArrayList<>();
  private final List<Double> followerGaps = new ArrayList<>();

  RollingRestartMode(Options options, JsonLine line, PrintStream progress) {
    super(options, line, progress);
  }

  @Override
  void run() throws InterruptedException {
    if (options.inMemory()) {
      line.put("supported", false);
      return;
    }
    int electionMillis = options.electionMillis();
    line.put("rounds", options.rounds())
        .put("entries", options.entries())
        .put("election_ms", electionMillis == 0 ? "default" : electionMillis);
    try (PauseWatch pauses = PauseWatch.start();
        Cluster<ChildNode> cluster = cluster(
            new NettyGround(),
            electionMillis,
            options.snapshots(),
            RollingRestartMode::startNode)) {
      cluster.openAll();
      cluster.awaitLeaders(LEADER_PATIENCE_SECONDS);
      long before = writeBefore(cluster);
      long start = System.nanoTime();
      long term = cluster.highestTerm(0);
      RetryingWriter writer = RetryingWriter.start(cluster, payloads);
      try {
        awaitWrites(writer, WRITES_AFTER);
        double unused = writer.takeLongestGapMillis();
        for (int round = 1; round <= options.rounds(); round++) {
          round(round, cluster, writer);
        }
      } finally {
        writer.end();
      }
      report();
      line.put("writes", writer.acknowledged())
          .put("failed_writes", writer.failed())
          .put("terms", cluster.highestTerm(0) - term)
          .put("machine_pauses", pauses.log().countSince(start))
          .put("machine_longest_pause_ms", pauses.log().longestMillisSince(start))
          .put(
              "consistent",
              awaitConsistent(
                  cluster, before + writer.acknowledgedEntries(), CATCH_UP_PATIENCE_SECONDS));
    }
  }

  private static ChildNode startNode(NodeSpec spec) {
    return ChildNode.start(spec).awaitUp(CATCH_UP_PATIENCE_SECONDS);
  }

  private long writeBefore(Cluster<ChildNode> cluster) throws InterruptedException {
    if (options.entries() == 0) {
      return 0;
    }
    ClosedLoop before = writes(cluster);
    before.run(options.entries());
    awaitConsistent(cluster, before.acknowledged(), CATCH_UP_PATIENCE_SECONDS);
    progress.println("written: " + before.acknowledged() + " entries");
    return before.acknowledged();
  }

  private void round(int round, Cluster<ChildNode> cluster, RetryingWriter writer)
      throws InterruptedException {
    for (int number = 0; number < cluster.size(); number++) {
      cluster.awaitLeaders(LEADER_PATIENCE_SECONDS);
      boolean led = cluster.leader(0) == number;
      cluster.take(number).stop();
      cluster.open(number);
      awaitCaughtUp(cluster, number);
      awaitWrites(writer, WRITES_AFTER);
      double gap = writer.takeLongestGapMillis();
      (led ? leaderGaps : followerGaps).add(gap);
      progress.println(String.format(
          Locale.ROOT,
          "round %d: n%d, %s: no write for %.0f ms",
          round,
          number + 1,
          led ? "the leader" : "a follower",
          gap));
    }
  }

  private static void awaitWrites(RetryingWriter writer, long count) {
    long until = writer.acknowledged() + count;
    long failed = writer.failed();
    while (writer.acknowledged() < until) {
      if (writer.failed() > failed) {
        throw new IllegalStateException("a write was given up");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** As an operator does: the next follows once this one has what the leader had when it was looked at. */
  static void awaitCaughtUp(Cluster<? extends BenchNode> cluster, int number) {
    long goal = 0;
    long start = System.nanoTime();
    // A leader that can't tell now says 0; it has applied writes.
    while (goal == 0 || cluster.applied(number, 0).entries() < goal) {
      if (goal == 0) {
        cluster.awaitLeaders(LEADER_PATIENCE_SECONDS);
        goal = cluster.applied(cluster.leader(0), 0).entries();
      }
      if (secondsSince(start) > CATCH_UP_PATIENCE_SECONDS) {
        throw new IllegalStateException("n" + (number + 1) + " has not caught up");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private void report() {
    line.put("restarts", leaderGaps.size() + followerGaps.size())
        .put("leader_restarts", leaderGaps.size())
        .put("leader_gaps_ms", rounded(leaderGaps))
        .put("follower_gaps_ms", rounded(followerGaps))
        .put("longest_gap_ms", Math.max(longest(leaderGaps), longest(followerGaps)));
  }

  private static String rounded(List<Double> millis) {
    return millis.stream().map(gap -> String.valueOf(Math.round(gap))).toList().toString();
  }

  private static double longest(List<Double> millis) {
    return millis.isEmpty() ? 0 : Collections.max(millis);
  }
}
