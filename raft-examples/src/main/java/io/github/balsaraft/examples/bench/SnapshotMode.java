package io.github.balsaraft.examples.bench;

import io.github.balsaraft.RaftNode;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.examples.bench.cluster.Folders;
import io.github.balsaraft.examples.bench.load.ClosedLoop;
import io.github.balsaraft.examples.bench.load.HeapUse;
import io.github.balsaraft.examples.bench.load.PauseWatch;
import io.github.balsaraft.examples.bench.report.JsonLine;
import io.github.balsaraft.examples.kv.state.Batch;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.storage.FileSnapshotStore;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.storage.rocksdb.RocksDbLogStore;
import io.github.balsaraft.transport.LocalNetwork;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One member with a large key-value store whose keys are overwritten at random, so that a snapshot is taken again and again. How
 * long does applying stand still, and what does a snapshot hold in memory beside the state?
 */
final class SnapshotMode extends Mode {

  private static final int DEFAULT_KEYS = 4_000_000;

  /** So many overwrites, then the next snapshot. */
  private static final int ENTRIES_PER_SNAPSHOT = 200_000;

  private static final int KEYS_PER_BATCH = 50;

  /** How often the heap is looked at in the middle of a snapshot, and as often without one. */
  private static final int LOOKS = 8;

  private static final long LOOK_NANOS = 10_000_000;

  /** How much longer than the measurement that may take: a small state is written before anybody can look. */
  private static final long LOOKING_TIMES = 10;

  private static final double BYTES_PER_MEGABYTE = 1 << 20;

  private final SplittableRandom random = new SplittableRandom(1);
  private final TimedKeys machine = new TimedKeys();
  private final int keys;

  SnapshotMode(Options options, JsonLine line, PrintStream progress) {
    super(options, line, progress);
    this.keys = options.entriesOr(DEFAULT_KEYS);
  }

  @Override
  void run() throws Exception {
    if (!options.fsync() && !options.inMemory()) {
      // Its store always syncs, and the line would say something else.
      line.put("supported", false);
      return;
    }
    Path folder = Folders.create(options.folder());
    try (PauseWatch pauses = PauseWatch.start();
        RaftNode node = open(folder)) {
      node.awaitLeader().get(LEADER_PATIENCE_SECONDS, TimeUnit.SECONDS);
      line.put("nodes", 1).put("keys", keys);
      new ClosedLoop(16, number -> node.propose(fill(number)), () -> {})
          .run((keys + KEYS_PER_BATCH - 1) / KEYS_PER_BATCH);
      progress.println(keys + " keys are there");
      HeapUse heap = new HeapUse();
      measurePauses(node, pauses, heap);
      measureHeap(node, heap);
    } finally {
      Folders.delete(folder);
    }
  }

  private RaftNode open(Path folder) {
    LogStore log = options.inMemory()
        ? new MemoryLogStore()
        : RocksDbLogStore.builder().directory(folder.resolve("log")).build();
    SnapshotOptions snapshots = SnapshotOptions.builder()
        // The number of entries alone says when: of a large
        // state the log would have to be as large.
        .minLogBytes(Long.MAX_VALUE)
        .maxEntries(ENTRIES_PER_SNAPSHOT)
        .retained(1_000, 1_000)
        .build();
    return RaftNode.builder()
        .id("n1")
        .bootstrap("n1")
        .stateMachine(machine)
        .logStore(log)
        .snapshots(new FileSnapshotStore(folder.resolve("snapshots")))
        .transport(new LocalNetwork().transport())
        .options(RaftOptions.builder().snapshots(snapshots).build())
        .start();
  }

  private void measurePauses(RaftNode node, PauseWatch pauses, HeapUse heap)
      throws InterruptedException {
    Measurement measurement = new Measurement(
        options, number -> overwrite(node), () -> {}, pauses, machine::begin, progress);
    heap.watchCollections();
    measurement.run();
    measurement.report(line);
    line.put("snapshots", machine.captures())
        .put("apply_longest_ms", machine.longestApplyMillis())
        .put("apply_longest_gap_ms", machine.longestGapMillis())
        .put("capture_longest_ms", machine.longestCaptureMillis())
        .put("gc", heap.collectors())
        .put("gc_longest_pause_ms", heap.longestCollectionMillis());
  }

  /**
   * Apart from the other, since it needs whole collections of the heap: some without load and snapshots, and then some in the middle of
   * snapshots. Of a large state one may be under way all the time as long as there is load.
   */
  private void measureHeap(RaftNode node, HeapUse heap) throws InterruptedException {
    while (snapshotUnderWay(node).isPresent()) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    LongSummaryStatistics without = new LongSummaryStatistics();
    for (int look = 0; look < LOOKS; look++) {
      without.accept(heap.liveBytes());
    }
    LongSummaryStatistics during = new LongSummaryStatistics();
    Thread looking = new Thread(
        () -> {
          long end = System.nanoTime() + options.measuredSeconds() * LOOKING_TIMES * 1_000_000_000L;
          while (during.getCount() < LOOKS && System.nanoTime() - end < 0) {
            OptionalLong before = snapshotUnderWay(node);
            if (before.isEmpty()) {
              // Whole collections all the time would leave
              // none for the writes that a snapshot waits for.
              LockSupport.parkNanos(LOOK_NANOS);
              continue;
            }
            long live = heap.liveBytes();
            if (before.equals(snapshotUnderWay(node))) {
              during.accept(live);
            }
          }
        },
        "bench-heap");
    looking.start();
    new ClosedLoop(options.outstanding(), number -> overwrite(node), () -> {})
        .runWhile(looking::isAlive);
    looking.join();
    line.put("heap_max_mb", Runtime.getRuntime().maxMemory() / BYTES_PER_MEGABYTE)
        .put("heap_looks", during.getCount())
        .put("heap_state_mb", without.getAverage() / BYTES_PER_MEGABYTE);
    if (during.getCount() > 0) {
      line.put(
          "heap_beyond_state_mb", (during.getMax() - without.getAverage()) / BYTES_PER_MEGABYTE);
    }
  }

  /** The index of the snapshot that is being written. */
  private static OptionalLong snapshotUnderWay(RaftNode node) {
    return node.status().snapshots().taking().stream()
        .mapToLong(SnapshotStatus.Taking::index)
        .findFirst();
  }

  private byte[] fill(long number) {
    List<Bytes> names = new ArrayList<>();
    List<Bytes> values = new ArrayList<>();
    for (long key = number * KEYS_PER_BATCH; key < (number + 1) * KEYS_PER_BATCH; key++) {
      names.add(name(key));
      values.add(value());
    }
    return new Batch(List.of(new Operation.MultiSet(names, values)), 1_000)
        .encode(KEYS_PER_BATCH * (options.payloadBytes() + 32));
  }

  private CompletableFuture<?> overwrite(RaftNode node) {
    Operation write =
        new Operation.MultiSet(List.of(name(random.nextLong(keys))), List.of(value()));
    return node.propose(new Batch(List.of(write), 1_000).encode(options.payloadBytes() + 64));
  }

  private static Bytes name(long number) {
    return Bytes.of("key:" + number);
  }

  private Bytes value() {
    byte[] value = new byte[options.payloadBytes()];
    random.nextBytes(value);
    return Bytes.wrap(value);
  }
}
