package io.github.balsaraft.examples.bench;

import io.github.balsaraft.examples.bench.cluster.Cluster;
import io.github.balsaraft.examples.bench.cluster.EmbeddedNode;
import io.github.balsaraft.examples.bench.load.ClosedLoop;
import io.github.balsaraft.examples.bench.load.Meter;
import io.github.balsaraft.examples.bench.report.JsonLine;
import java.io.PrintStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoublePredicate;

/**
 * A follower is away while entries are written, and comes back: first without load, for how long it takes; then a second time
 * under load, for what that costs the others.
 */
final class CatchupMode extends Mode {

  private static final int DEFAULT_ENTRIES = 200_000;
  private static final int ENTRIES_BEFORE = 50_000;
  private static final long REST_NANOS = 1_000_000_000;
  private static final long LOOK_NANOS = 1_000_000;
  private static final int CATCH_UP_PATIENCE_SECONDS = 300;

  CatchupMode(Options options, JsonLine line, PrintStream progress) {
    super(options, line, progress);
  }

  @Override
  void run() throws InterruptedException {
    try (Cluster<EmbeddedNode> cluster = openEmbedded()) {
      long written = write(cluster, ENTRIES_BEFORE);
      awaitConsistent(cluster, written, APPLY_PATIENCE_SECONDS);
      withoutLoad(cluster, written);
      underLoad(cluster);
      if (!options.snapshots()) {
        requireNoSnapshot(cluster);
      }
    }
  }

  private int entries() {
    return options.entriesOr(DEFAULT_ENTRIES);
  }

  private long write(Cluster<EmbeddedNode> cluster, int count) throws InterruptedException {
    ClosedLoop loop = writes(cluster);
    loop.run(count);
    return loop.acknowledged();
  }

  private void withoutLoad(Cluster<EmbeddedNode> cluster, long before) throws InterruptedException {
    int away = follower(cluster);
    cluster.close(away);
    long missed = write(cluster, entries());
    LockSupport.parkNanos(REST_NANOS);
    Meter meter = new Meter(pid -> false);
    long start = System.nanoTime();
    cluster.open(away);
    double openSeconds = secondsSince(start);
    boolean consistent = awaitConsistent(cluster, before + missed, CATCH_UP_PATIENCE_SECONDS);
    double seconds = secondsSince(start);
    line.put("entries", missed)
        .put("open_s", openSeconds)
        .put("caught_up_s", seconds)
        .put("entries_per_s", missed / seconds)
        .put("cpu_s_per_million_ops", meter.usage().cpuSeconds() / missed * 1e6)
        .put("consistent", consistent);
  }

  /**
   * The leader's throughput in three times of one load: with all nodes, with the follower away, and while it catches up. It
   * has caught up when it has applied what the leader had applied a moment before, but for what is under way.
   */
  private void underLoad(Cluster<EmbeddedNode> cluster) throws InterruptedException {
    int away = follower(cluster);
    Background load = new Background(writes(cluster));
    load.start();
    double allNodes = load.rateUntil(seconds -> seconds >= options.measuredSeconds());
    cluster.close(away);
    long closedAt = load.acknowledged();
    double followerAway = load.rateUntil(seconds -> load.acknowledged() - closedAt >= entries());
    long start = System.nanoTime();
    cluster.open(away);
    long[] leaderHad = {Long.MAX_VALUE};
    double catchingUp = load.rateUntil(seconds -> {
      boolean caughtUp = cluster.applied(away, 0).entries() >= leaderHad[0] - options.outstanding();
      leaderHad[0] = cluster.applied(cluster.leader(0), 0).entries();
      return caughtUp || seconds > CATCH_UP_PATIENCE_SECONDS;
    });
    double seconds = secondsSince(start);
    load.end();
    line.put("ops_per_s_all_nodes", allNodes)
        .put("ops_per_s_follower_away", followerAway)
        .put("ops_per_s_catching_up", catchingUp)
        .put("leader_drop_share", 1 - catchingUp / allNodes)
        .put("caught_up_under_load_s", seconds > CATCH_UP_PATIENCE_SECONDS ? null : seconds);
  }

  private static int follower(Cluster<EmbeddedNode> cluster) {
    cluster.awaitLeaders(LEADER_PATIENCE_SECONDS);
    return (cluster.leader(0) + 1) % cluster.size();
  }

  /** A loop on a thread of its own, until it is told to end. */
  private static final class Background {
    private final ClosedLoop loop;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private volatile boolean ending;

    Background(ClosedLoop loop) {
      this.loop = loop;
    }

    void start() {
      Thread thread = new Thread(this::run, "bench-load");
      thread.setDaemon(true);
      thread.start();
    }

    private void run() {
      try {
        loop.runWhile(() -> !ending);
        end.complete(null);
      } catch (InterruptedException | RuntimeException e) {
        end.completeExceptionally(e);
      }
    }

    long acknowledged() {
      return loop.acknowledged();
    }

    /** Operations a second from now until something is true of the seconds since now. */
    double rateUntil(DoublePredicate enough) {
      long start = System.nanoTime();
      long before = acknowledged();
      while (!enough.test(secondsSince(start))) {
        LockSupport.parkNanos(LOOK_NANOS);
        if (end.isDone()) {
          // It was not told to end yet: this throws what has ended it.
          end.join();
        }
      }
      return (acknowledged() - before) / secondsSince(start);
    }

    void end() {
      ending = true;
      end.join();
    }
  }
}
