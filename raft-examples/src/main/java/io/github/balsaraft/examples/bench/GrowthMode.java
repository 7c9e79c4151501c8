package io.github.balsaraft.examples.bench;

import io.github.balsaraft.examples.bench.cluster.Cluster;
import io.github.balsaraft.examples.bench.cluster.EmbeddedNode;
import io.github.balsaraft.examples.bench.load.ClosedLoop;
import io.github.balsaraft.examples.bench.load.HeapUse;
import io.github.balsaraft.examples.bench.load.Meter;
import io.github.balsaraft.examples.bench.load.PauseWatch;
import io.github.balsaraft.examples.bench.report.JsonLine;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether a write costs more the more there were: entries are written to nodes that take snapshots and cut their logs, and at a
 * hundred thousand, a million, and each ten million of them it says what those since the last such number (the first time: behind the first
 * ten thousand) cost, what lives in the heap and what the folders take.
 */
final class GrowthMode extends Mode {

  private static final int DEFAULT_ENTRIES = 10_000_000;
  private static final long FIRST_STOP = 10_000;
  private static final long FURTHEST_BETWEEN_STOPS = 10_000_000;
  /** About a second's. */
  private static final long WRITES_BETWEEN_LOOKS = 100_000;

  private static final double BYTES_PER_MEGABYTE = 1 << 20;

  private final HeapUse heap = new HeapUse();
  private long beginNanos;
  private long failed;
  private @Nullable Throwable lastFailure;

  GrowthMode(Options options, JsonLine line, PrintStream progress) {
    super(options, line, progress);
  }

  @Override
  void run() throws InterruptedException {
    warmUp();
    try (PauseWatch pauses = PauseWatch.start();
        Cluster<EmbeddedNode> cluster = openEmbedded(true)) {
      ElectionWatch elections = electionWatch(cluster, pauses);
      List<Map<String, Object>> windows = new ArrayList<>();
      beginNanos = System.nanoTime();
      long written = write(cluster, FIRST_STOP, elections);
      for (long stop : stops(options.entriesOr(DEFAULT_ENTRIES))) {
        // Garbage of the time before is not collected at the expense of the next.
        heap.liveBytes();
        Meter meter = new Meter(pauses::isProcess);
        long before = written;
        written += write(cluster, stop - written, elections);
        if (written == before) {
          break;
        }
        windows.add(window(meter.usage(), written, written - before, cluster));
        progress.println(windows.get(windows.size() - 1));
      }
      elections.report(line);
      if (lastFailure != null) {
        line.put("last_error", lastFailure.toString());
      }
      line.put("errors", failed)
          .put("written_s", secondsSince(beginNanos))
          .put("entries", written)
          .put("windows", windows)
          .put("consistent", awaitConsistent(cluster, written, APPLY_PATIENCE_SECONDS));
    }
  }

  /** Another cluster, so that the first entries of the measured one aren't those that are waited for by the JIT compiler. */
  private void warmUp() throws InterruptedException {
    try (Cluster<EmbeddedNode> cluster = openEmbedded(true)) {
      long end = System.nanoTime() + options.warmupSeconds() * 1_000_000_000L;
      writes(cluster).runWhile(() -> System.nanoTime() - end < 0);
    }
  }

  /** After how many entries it is looked, behind the first of them. */
  static List<Long> stops(long entries) {
    List<Long> stops = new ArrayList<>();
    for (long stop = FIRST_STOP * 10;
        stop < entries;
        stop = Math.min(stop * 10, stop + FURTHEST_BETWEEN_STOPS)) {
      stops.add(stop);
    }
    stops.add(Math.max(entries, FIRST_STOP + 1));
    return stops;
  }

  private long write(Cluster<EmbeddedNode> cluster, long count, ElectionWatch elections)
      throws InterruptedException {
    long written = 0;
    while (written < count && !isTimeOver()) {
      ClosedLoop loop = writes(cluster);
      loop.run(Math.min(WRITES_BETWEEN_LOOKS, count - written));
      if (loop.acknowledged() == 0) {
        throw new IllegalStateException("no write was acknowledged", loop.lastFailure());
      }
      written += loop.acknowledged();
      failed += loop.failed();
      lastFailure = loop.lastFailure() == null ? lastFailure : loop.lastFailure();
      elections.look();
    }
    return written;
  }

  private boolean isTimeOver() {
    return options.minutes() > 0
        && System.nanoTime() - beginNanos >= TimeUnit.MINUTES.toNanos(options.minutes());
  }

  private Map<String, Object> window(
      Meter.Usage usage, long written, long count, Cluster<EmbeddedNode> cluster) {
    Map<String, Object> window = new LinkedHashMap<>();
    window.put("entries", written);
    window.put("ops_per_s", count / usage.seconds());
    window.put("cpu_s_per_million_ops", usage.cpuSeconds() / count * 1e6);
    window.put("alloc_bytes_per_op", (double) usage.allocatedBytes() / count);
    window.put(
        "disk_bytes_per_payload_byte", (double) usage.diskBytes() / count / options.payloadBytes());
    window.put("heap_live_mb", heap.liveBytes() / BYTES_PER_MEGABYTE);
    window.put("folders_mb", cluster.folderBytes() / BYTES_PER_MEGABYTE);
    return window;
  }
}
