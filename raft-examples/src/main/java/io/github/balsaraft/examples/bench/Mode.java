package io.github.balsaraft.examples.bench;

import io.github.balsaraft.examples.bench.cluster.BenchNode;
import io.github.balsaraft.examples.bench.cluster.Cluster;
import io.github.balsaraft.examples.bench.cluster.EmbeddedNode;
import io.github.balsaraft.examples.bench.cluster.Folders;
import io.github.balsaraft.examples.bench.cluster.Ground;
import io.github.balsaraft.examples.bench.cluster.MemoryGround;
import io.github.balsaraft.examples.bench.cluster.NettyGround;
import io.github.balsaraft.examples.bench.cluster.NodeSpec;
import io.github.balsaraft.examples.bench.load.ClosedLoop;
import io.github.balsaraft.examples.bench.load.PauseWatch;
import io.github.balsaraft.examples.bench.load.RandomPayloads;
import io.github.balsaraft.examples.bench.report.JsonLine;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** What the modes have in common: options, payloads, the line that they fill and the clusters that they open. */
abstract class Mode {

  /** No election should disturb where none is measured. It is the library's default too. */
  static final int CALM_ELECTION_MILLIS = 1000;

  static final int LEADER_PATIENCE_SECONDS = 60;
  static final int APPLY_PATIENCE_SECONDS = 120;

  final Options options;
  final JsonLine line;
  final PrintStream progress;
  final RandomPayloads payloads;

  Mode(Options options, JsonLine line, PrintStream progress) {
    this.options = options;
    this.line = line;
    this.progress = progress;
    this.payloads = new RandomPayloads(options.payloadBytes());
  }

  abstract void run() throws Exception;

  int electionMillis() {
    return options.electionMillisOr(CALM_ELECTION_MILLIS);
  }

  /** A cluster in this process that takes snapshots if the options say so, with all nodes open and leaders found. */
  Cluster<EmbeddedNode> openEmbedded() {
    return openEmbedded(options.snapshots());
  }

  /** A cluster in this process, with all nodes open and leaders found. */
  Cluster<EmbeddedNode> openEmbedded(boolean snapshots) {
    Ground ground = options.inMemory() ? new MemoryGround() : new NettyGround();
    Cluster<EmbeddedNode> cluster =
        cluster(ground, electionMillis(), snapshots, spec -> EmbeddedNode.start(ground, spec));
    boolean opened = false;
    try {
      cluster.openAll();
      cluster.awaitLeaders(LEADER_PATIENCE_SECONDS);
      opened = true;
    } finally {
      if (!opened) {
        cluster.close();
      }
    }
    return cluster;
  }

  /** A cluster of which no node is open yet; its settings go into the line. */
  <N extends BenchNode> Cluster<N> cluster(
      Ground ground, int electionMillis, boolean snapshots, Function<NodeSpec, N> opener) {
    Path folder = Folders.create(options.folder());
    List<Integer> ports = Folders.ports(options.port(), options.nodes());
    List<NodeSpec> specs = IntStream.range(0, options.nodes())
        .mapToObj(number -> new NodeSpec(
            number,
            ports,
            folder.resolve("n" + (number + 1)),
            options.groups(),
            electionMillis,
            options.fsync(),
            snapshots))
        .toList();
    line.put("settings", settings(ground, specs.get(0)));
    return new Cluster<>(folder, specs, opener);
  }

  private static Map<String, Object> settings(Ground ground, NodeSpec spec) {
    Map<String, Object> settings = new LinkedHashMap<>(ground.settings());
    settings.put("electionTimeoutMs", spec.options().electionTimeoutMin().toMillis());
    settings.put("heartbeatMs", spec.options().heartbeatInterval().toMillis());
    settings.put("maxMessageBytes", spec.options().maxMessageBytes());
    settings.put("snapshots", spec.snapshots());
    return settings;
  }

  /** What is to be measured would be something else with one. */
  static void requireNoSnapshot(Cluster<EmbeddedNode> cluster) {
    if (cluster.open().stream().anyMatch(EmbeddedNode::hasSnapshot)) {
      throw new IllegalStateException("a snapshot was taken");
    }
  }

  /** A loop of writes to the only group. */
  ClosedLoop writes(Cluster<?> cluster) {
    return new ClosedLoop(
        options.outstanding(),
        number -> cluster.propose(0, payloads.of(number)),
        () -> cluster.findLeader(0));
  }

  /** Waits until all nodes have applied all entries and the same; if they don't, the progress says how each of them stands. */
  boolean awaitConsistent(Cluster<?> cluster, long entries, int patienceSeconds) {
    boolean consistent = cluster.awaitConsistent(0, entries, patienceSeconds);
    if (!consistent) {
      progress.println("the nodes have not applied the same " + entries + " entries after "
          + patienceSeconds + " s: " + cluster.standings(0));
    }
    return consistent;
  }

  /** Measures operations on the only group, and tells too which elections there were meanwhile. */
  Measurement measure(
      Cluster<?> cluster, LongFunction<CompletableFuture<?>> operation, PauseWatch pauses)
      throws InterruptedException {
    ElectionWatch elections = electionWatch(cluster, pauses);
    Measurement measurement = new Measurement(
        options, operation, () -> cluster.findLeader(0), pauses, elections::look, progress);
    measurement.run();
    measurement.report(line);
    elections.report(line);
    return measurement;
  }

  ElectionWatch electionWatch(Cluster<?> cluster, PauseWatch pauses) {
    return new ElectionWatch(() -> cluster.highestTerm(0), pauses.log(), electionMillis());
  }

  static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }
}
