package io.github.balsaraft.examples.bench;

import io.github.balsaraft.examples.bench.cluster.BenchNode;
import io.github.balsaraft.examples.bench.cluster.Cluster;
import io.github.balsaraft.examples.bench.load.LongestGap;
import io.github.balsaraft.examples.bench.load.RandomPayloads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that writes about a hundred times a second, one write after the other, and asks every node again and again until one
 * acknowledges. On a thread of its own.
 */
final class RetryingWriter {

  private static final long INTERVAL_MILLIS = 10;
  private static final long GIVE_UP_NANOS = 60_000_000_000L;

  private final Cluster<? extends BenchNode> cluster;
  private final RandomPayloads payloads;
  private final LongestGap gap = new LongestGap(System.nanoTime());
  private final Thread thread = new Thread(this::run, "bench-writer");
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong acknowledgedEntries = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private volatile boolean ending;

  private RetryingWriter(Cluster<? extends BenchNode> cluster, RandomPayloads payloads) {
    this.cluster = cluster;
    this.payloads = payloads;
    thread.setDaemon(true);
  }

  static RetryingWriter start(Cluster<? extends BenchNode> cluster, RandomPayloads payloads) {
    RetryingWriter writer = new RetryingWriter(cluster, payloads);
    writer.thread.start();
    return writer;
  }

  private void run() {
    try {
      for (long number = 0; !ending; number++) {
        if (write(payloads.of(number))) {
          acknowledged.incrementAndGet();
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(INTERVAL_MILLIS));
        } else {
          failed.incrementAndGet();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean write(byte[] payload) throws InterruptedException {
    CompletableFuture<Long> acknowledgedNanos = new CompletableFuture<>();
    long start = System.nanoTime();
    while (System.nanoTime() - start < GIVE_UP_NANOS) {
      for (BenchNode node : cluster.open()) {
        CompletableFuture<?> unused = node.propose(0, payload).thenRun(() -> {
          acknowledgedEntries.incrementAndGet();
          acknowledgedNanos.complete(System.nanoTime());
        });
      }
      try {
        gap.acknowledged(acknowledgedNanos.get(INTERVAL_MILLIS, TimeUnit.MILLISECONDS));
        return true;
      } catch (TimeoutException e) {
        // Nobody has yet: all are asked again.
      } catch (ExecutionException e) {
        throw new AssertionError("never completed with a failure", e);
      }
    }
    return false;
  }

  /** How many writes were acknowledged so far. */
  long acknowledged() {
    return acknowledged.get();
  }

  /**
   * How many entries were acknowledged so far: each attempt at a write is one, and several of them may be, also after the write has ended.
   * That many must have been applied; else one was lost.
   */
  long acknowledgedEntries() {
    return acknowledgedEntries.get();
  }

  /** How many were given up after a minute. */
  long failed() {
    return failed.get();
  }

  /** The longest time without an acknowledged write, in milliseconds, since the last call. */
  double takeLongestGapMillis() {
    return gap.takeMillis(System.nanoTime());
  }

  /** Ends once the write under way has ended. */
  void end() throws InterruptedException {
    ending = true;
    thread.join();
  }
}
