package io.github.balsaraft.examples.bench.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Some nodes, each open or not, and who leads. One thread opens and closes; any thread proposes.
 *
 * @param <N> what kind of nodes
 */
public final class Cluster<N extends BenchNode> implements AutoCloseable {

  private static final long LOOK_NANOS = 1_000_000;

  private final Path folder;
  private final List<NodeSpec> specs;
  private final Function<NodeSpec, N> opener;
  private final AtomicReferenceArray<@Nullable N> nodes;
  private final int[] leaders;

  /**
   * A cluster of which no node is open yet.
   *
   * @param folder of all nodes; deleted at the end
   */
  public Cluster(Path folder, List<NodeSpec> specs, Function<NodeSpec, N> opener) {
    this.folder = folder;
    this.specs = specs;
    this.opener = opener;
    this.nodes = new AtomicReferenceArray<>(specs.size());
    this.leaders = new int[specs.get(0).groups()];
  }

  /** How many nodes there are, open or not. */
  public int size() {
    return specs.size();
  }

  /** How many groups there are. */
  public int groups() {
    return leaders.length;
  }

  /** Opens all nodes at the same time. */
  public void openAll() {
    IntFunction<CompletableFuture<Void>> opening = number ->
        CompletableFuture.runAsync(() -> open(number), task -> daemon(task).start());
    CompletableFuture.allOf(
            IntStream.range(0, size()).mapToObj(opening).toArray(CompletableFuture<?>[]::new))
        .join();
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "bench-open");
    thread.setDaemon(true);
    return thread;
  }

  /** Opens a node that is not open. */
  public void open(int number) {
    try {
      Files.createDirectories(specs.get(number).folder());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    nodes.set(number, opener.apply(specs.get(number)));
  }

  /** Closes a node that is open. */
  public void close(int number) {
    take(number).close();
  }

  /** Takes a node out that is open, and leaves its end to the caller. */
  public N take(int number) {
    return Objects.requireNonNull(nodes.getAndSet(number, null), "the node is not open");
  }

  /** The open nodes. */
  public List<N> open() {
    return IntStream.range(0, size())
        .mapToObj(nodes::get)
        .filter(Objects::nonNull)
        .toList();
  }

  /** Looks who leads; false if nobody says so. The earlier leader is kept then. */
  public boolean findLeader(int group) {
    for (int number = 0; number < size(); number++) {
      N node = nodes.get(number);
      if (node != null && node.leads(group)) {
        leaders[group] = number;
        return true;
      }
    }
    return false;
  }

  /** Waits until each group has a leader. */
  public void awaitLeaders(int patienceSeconds) {
    long deadline = System.nanoTime() + patienceSeconds * 1_000_000_000L;
    for (int group = 0; group < groups(); group++) {
      while (!findLeader(group)) {
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException("group " + group + " has no leader after "
              + patienceSeconds + " s: " + explanations(group));
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
  }

  private List<String> explanations(int group) {
    return open().stream().map(node -> node.explain(group)).toList();
  }

  /** Who led at the last look. */
  public int leader(int group) {
    return leaders[group];
  }

  /** Proposes at the leader. */
  public CompletableFuture<?> propose(int group, byte[] payload) {
    return at(leaders[group]).propose(group, payload);
  }

  /** Reads at a node. */
  public CompletableFuture<?> read(int number, int group) {
    return at(number).read(group);
  }

  /** What a node has applied. */
  public BenchNode.Applied applied(int number, int group) {
    return at(number).applied(group);
  }

  private N at(int number) {
    N node = nodes.get(number);
    if (node == null) {
      throw new IllegalStateException(specs.get(number).id() + " is not open");
    }
    return node;
  }

  /** The highest term that an open node knows of a group. */
  public long highestTerm(int group) {
    return open().stream().mapToLong(node -> node.term(group)).max().orElse(0);
  }

  /**
   * Waits until every open node has applied so many entries and all of them the same: their numbers and checksums. Nothing
   * may be proposed meanwhile.
   */
  public boolean awaitConsistent(int group, long entries, int patienceSeconds) {
    long deadline = System.nanoTime() + patienceSeconds * 1_000_000_000L;
    while (!isConsistent(group, entries)) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return true;
  }

  private boolean isConsistent(int group, long entries) {
    List<BenchNode.Applied> applied =
        open().stream().map(node -> node.applied(group)).distinct().toList();
    return applied.size() == 1 && applied.get(0).entries() >= entries;
  }

  /** How each open node stands, for people who ask why {@link #awaitConsistent} has given up. */
  public List<String> standings(int group) {
    return open().stream()
        .map(node -> "at " + node.applied(group) + ": " + node.explain(group))
        .toList();
  }

  /** What the folders of all nodes take on the disk. */
  public long folderBytes() {
    return Folders.bytes(folder);
  }

  /** Closes what is open and deletes the folders. */
  @Override
  public void close() {
    for (int number = 0; number < size(); number++) {
      if (nodes.get(number) != null) {
        close(number);
      }
    }
    Folders.delete(folder);
  }
}
