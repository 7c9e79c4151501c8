package io.github.balsaraft.examples.kv.faults;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Takes leaders away while a workload runs, sees to it that another takes over, and measures how long that took. */
final class Nemesis {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final KvCluster cluster;
  private final HistoryWorkload workload;
  private final List<Duration> gaps = new ArrayList<>();

  Nemesis(KvCluster cluster, HistoryWorkload workload) {
    this.cluster = cluster;
    this.workload = workload;
  }

  /**
   * Does something to the leader after which another one must take over, and waits until that one has acknowledged a write.
   *
   * @return who led until then
   */
  KvProcess replaceLeader(Consumer<KvProcess> fault) {
    KvProcess old = cluster.awaitLeader();
    long begin = System.nanoTime();
    fault.accept(old);
    Mark mark = workload.mark(begin);
    workload.awaitWriteAfter(mark);
    cluster.await(
        "leader other than " + old,
        PATIENCE,
        () -> cluster.leader().filter(leader -> leader != old).isPresent());
    gaps.add(mark.gap());
    return old;
  }

  /**
   * Waits until a server has applied all that the leader had committed when this began. It may lead by then: a machine that stands
   * still changes the leader.
   */
  void awaitCaughtUp(KvProcess node) {
    long goal = number(cluster.awaitLeader().answeredInfo(), "commit");
    cluster.await(
        node + " that has applied " + goal, PATIENCE, () -> number(node.info(), "applied") >= goal);
  }

  static long number(Map<String, String> info, String name) {
    return Long.parseLong(Optional.ofNullable(info.get(name)).orElse("-1"));
  }

  /** How often another leader took over. */
  int leaderChanges() {
    return gaps.size();
  }

  /** How long it took each time until a write went through again. */
  String summary() {
    List<Duration> sorted = gaps.stream().sorted().toList();
    if (sorted.isEmpty()) {
      return "no leader changes";
    }
    return String.format(
        Locale.ROOT,
        "%d leader changes, from fault to next write: median %d ms, max %d ms, all %s",
        sorted.size(),
        sorted.get((sorted.size() - 1) / 2).toMillis(),
        sorted.get(sorted.size() - 1).toMillis(),
        gaps.stream().map(Duration::toMillis).toList());
  }
}
