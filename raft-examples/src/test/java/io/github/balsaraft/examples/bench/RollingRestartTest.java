package io.github.balsaraft.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.bench.cluster.BenchNode;
import io.github.balsaraft.examples.bench.cluster.Cluster;
import io.github.balsaraft.examples.bench.cluster.NodeSpec;
import io.github.balsaraft.examples.bench.load.RandomPayloads;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the mode rolling-restart counts and waits for. */
class RollingRestartTest {

  private static final int ATTEMPTS = 3;

  @TempDir
  Path folder;

  /** Acknowledges proposals three at a time, and has applied what the test says. */
  private static final class FakeNode implements BenchNode {

    private final boolean leads;
    private final Deque<Long> entries;
    private final List<CompletableFuture<Long>> waiting = new ArrayList<>();
    private final CountDownLatch acknowledged = new CountDownLatch(2 * ATTEMPTS);

    FakeNode(boolean leads, Long... entries) {
      this.leads = leads;
      this.entries = new ArrayDeque<>(List.of(entries));
    }

    @Override
    public boolean leads(int group) {
      return leads;
    }

    @Override
    public long term(int group) {
      return 1;
    }

    @Override
    public String explain(int group) {
      return "made up";
    }

    @Override
    public synchronized CompletableFuture<?> propose(int group, byte[] payload) {
      CompletableFuture<Long> future = new CompletableFuture<>();
      waiting.add(future);
      if (waiting.size() == ATTEMPTS) {
        waiting.forEach(each -> {
          each.complete(1L);
          acknowledged.countDown();
        });
        waiting.clear();
      }
      return future;
    }

    @Override
    public CompletableFuture<?> read(int group) {
      return CompletableFuture.completedFuture(1L);
    }

    /** The next of the numbers; the last one stays. */
    @Override
    public synchronized Applied applied(int group) {
      return new Applied(entries.size() == 1 ? entries.getFirst() : entries.removeFirst(), 0);
    }

    @Override
    public void close() {}
  }

  private Cluster<FakeNode> cluster(FakeNode... nodes) {
    List<NodeSpec> specs = IntStream.range(0, nodes.length)
        .mapToObj(number -> new NodeSpec(
            number, List.of(), folder.resolve("c").resolve("n" + number), 1, 0, false, false))
        .toList();
    Cluster<FakeNode> cluster =
        new Cluster<>(folder.resolve("c"), specs, spec -> nodes[spec.number()]);
    cluster.openAll();
    return cluster;
  }

  @Test
  @DisplayName("each attempt that was acknowledged must have been applied, not only one of a write")
  void everyAcknowledgementCounts() throws InterruptedException {
    FakeNode node = new FakeNode(true, 0L);
    try (Cluster<FakeNode> cluster = cluster(node)) {
      RetryingWriter writer = RetryingWriter.start(cluster, new RandomPayloads(16));
      node.acknowledged.await();
      writer.end();
      assertThat(writer.acknowledged()).isGreaterThanOrEqualTo(2);
      assertThat(writer.acknowledgedEntries()).isEqualTo(ATTEMPTS * writer.acknowledged());
    }
  }

  @Test
  @DisplayName("a leader that can't tell what it has applied is asked again")
  void theGoalIsWhatALeaderHasApplied() {
    FakeNode restarted = new FakeNode(false, 0L, 3L, 4L, 5L);
    try (Cluster<FakeNode> cluster = cluster(new FakeNode(true, 0L, 0L, 5L), restarted)) {
      RollingRestartMode.awaitCaughtUp(cluster, 1);
      assertThat(restarted.entries).containsExactly(5L);
    }
  }
}
