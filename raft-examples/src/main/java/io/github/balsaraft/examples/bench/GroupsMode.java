package io.github.balsaraft.examples.bench;

import io.github.balsaraft.examples.bench.cluster.Cluster;
import io.github.balsaraft.examples.bench.cluster.EmbeddedNode;
import io.github.balsaraft.examples.bench.load.Meter;
import io.github.balsaraft.examples.bench.load.PauseWatch;
import io.github.balsaraft.examples.bench.report.JsonLine;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** Many groups on the same nodes: what each takes of memory and threads, of a processor without load, and then writes. */
final class GroupsMode extends Mode {

  /** Groups that have just begun are not what is measured; as long in every run, so that runs compare. */
  private static final long SETTLE_MILLIS = 5_000;

  private static final int COLLECTIONS = 3;

  /** How long a collection may take to tell what it has found, where there are collections on demand at all. */
  private static final long COLLECTION_PATIENCE_MILLIS = 1_000;

  private static final double BYTES_PER_MEGABYTE = 1 << 20;

  GroupsMode(Options options, JsonLine line, PrintStream progress) {
    super(options, line, progress);
  }

  @Override
  void run() throws InterruptedException, IOException {
    int groups = options.groups();
    line.put("groups", groups);
    long heapBefore = usedHeapBytes();
    int threadsBefore = threads();
    long start = System.nanoTime();
    try (PauseWatch pauses = PauseWatch.start();
        Cluster<EmbeddedNode> cluster = openEmbedded()) {
      line.put("start_s", secondsSince(start));
      progress.println(groups + " groups have leaders");
      Thread.sleep(SETTLE_MILLIS);
      line.put("heap_bytes_per_group", (usedHeapBytes() - heapBefore) / groups)
          .put("rss_mb", residentBytes() / BYTES_PER_MEGABYTE)
          .put("threads", threads() - threadsBefore);
      Meter meter = new Meter(pauses::isProcess);
      // This is the measured time.
      Thread.sleep(options.idleSeconds() * 1000L);
      Meter.Usage idle = meter.usage();
      line.put("idle_cores", idle.cpuSeconds() / idle.seconds());
      cluster.awaitLeaders(LEADER_PATIENCE_SECONDS);
      writeToAll(cluster, pauses);
    }
  }

  private void writeToAll(Cluster<EmbeddedNode> cluster, PauseWatch pauses)
      throws InterruptedException {
    Leaderless leaderless = new Leaderless(cluster);
    Measurement measurement = new Measurement(
        options,
        number -> leaderless.watch(
            (int) (number % cluster.groups()),
            cluster.propose((int) (number % cluster.groups()), payloads.of(number))),
        leaderless::findAgain,
        pauses,
        () -> {},
        progress);
    measurement.run();
    measurement.report(line);
  }

  /** Groups in which a write has failed, and whose leaders are to be looked for. */
  private static final class Leaderless {
    private final Cluster<EmbeddedNode> cluster;
    private final AtomicIntegerArray failures;

    Leaderless(Cluster<EmbeddedNode> cluster) {
      this.cluster = cluster;
      this.failures = new AtomicIntegerArray(cluster.groups());
    }

    CompletableFuture<?> watch(int group, CompletableFuture<?> write) {
      return write.whenComplete((result, failure) -> {
        if (failure != null) {
          failures.set(group, 1);
        }
      });
    }

    void findAgain() {
      for (int group = 0; group < cluster.groups(); group++) {
        if (failures.getAndSet(group, 0) != 0) {
          cluster.findLeader(group);
        }
      }
    }
  }

  private static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  private static long usedHeapBytes() throws InterruptedException {
    // What somebody has to clean up behind is freed by a later one.
    for (int i = 0; i < COLLECTIONS; i++) {
      collect();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /** Returns once the collection has told, as it tells everybody who wants to know, that an object is gone. */
  private static void collect() throws InterruptedException {
    ReferenceQueue<Object> gone = new ReferenceQueue<>();
    WeakReference<Object> garbage = new WeakReference<>(new Object(), gone);
    try {
      System.gc();
      var unused = gone.remove(COLLECTION_PATIENCE_MILLIS);
    } finally {
      Reference.reachabilityFence(garbage);
    }
  }

  /** Zero where the system doesn't tell. */
  private static long residentBytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(row -> row.startsWith("VmRSS:"))
        .mapToLong(row -> Long.parseLong(row.replaceAll("[^0-9]", "")) << 10)
        .sum();
  }
}
