package io.github.balsaraft;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.transport.LocalNetwork;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Several nodes in this process, over an in-process network and memory stores that outlive their node. */
final class LocalCluster implements AutoCloseable {

  static final RaftOptions FAST = options().build();

  /** For several nodes: a machine that stands still for a moment makes no election. */
  private static final RaftOptions CALM = options()
      .electionTimeout(Duration.ofMillis(500), Duration.ofMillis(1000))
      .heartbeatInterval(Duration.ofMillis(50))
      .build();

  /** For tests of one leader's time: nor does one that stands still for longer. */
  static final RaftOptions STEADY = steadyOptions().build();

  final LocalNetwork network = new LocalNetwork();
  final Map<String, Appender> machines = new TreeMap<>();
  final Map<String, RaftNode> nodes = new TreeMap<>();
  private final Map<String, MemoryLogStore.Contents> disks = new TreeMap<>();
  private final String[] names;

  LocalCluster(String... names) {
    this.names = names;
  }

  /** Short timeouts, so that tests that wait for elections don't take long. */
  static RaftOptions.Builder options() {
    return RaftOptions.builder()
        .electionTimeout(Duration.ofMillis(150), Duration.ofMillis(300))
        .heartbeatInterval(Duration.ofMillis(30));
  }

  /** As for {@link #STEADY}. */
  static RaftOptions.Builder steadyOptions() {
    return RaftOptions.builder()
        .electionTimeout(Duration.ofSeconds(1), Duration.ofSeconds(2))
        .heartbeatInterval(Duration.ofMillis(200));
  }

  LocalCluster startAll() {
    return startAll(usual());
  }

  /** A single member is elected soon, and by nobody else. */
  private RaftOptions usual() {
    return names.length == 1 ? FAST : CALM;
  }

  LocalCluster startAll(RaftOptions options) {
    for (String name : names) {
      start(name, options);
    }
    return this;
  }

  RaftNode start(String name) {
    return start(name, usual());
  }

  RaftNode start(String name, RaftOptions options) {
    return start(name, options, new Appender());
  }

  RaftNode start(String name, RaftOptions options, Appender machine) {
    MemoryLogStore.Contents disk =
        disks.computeIfAbsent(name, key -> new MemoryLogStore().contents());
    RaftNode node = RaftNode.builder()
        .id(name)
        .bootstrap(names)
        .stateMachine(machine)
        .logStore(new MemoryLogStore(disk))
        .transport(network.transport())
        .options(options)
        .start();
    machines.put(name, machine);
    nodes.put(name, node);
    return node;
  }

  void stop(String name) {
    nodes.remove(name).close();
  }

  /** As if the host's folder had been deleted. */
  void wipe(String name) {
    disks.remove(name);
  }

  RaftNode awaitLeader() {
    return await("a leader that a quorum follows", this::leader);
  }

  private Optional<RaftNode> leader() {
    return nodes.values().stream()
        .filter(node -> node.status().role() == Role.LEADER)
        .filter(LocalCluster::knowsWhatIsCommitted)
        .findFirst();
  }

  private static boolean knowsWhatIsCommitted(RaftNode node) {
    NodeStatus status = node.status();
    return status.commitIndex() == status.lastIndex();
  }

  RaftNode anyFollower() {
    return await(
        "a follower that knows its leader",
        () -> nodes.values().stream()
            .filter(node -> node.status().role() == Role.FOLLOWER)
            .filter(node -> node.status().leader().isPresent())
            .findFirst());
  }

  static void awaitTrue(String what, BooleanSupplier condition) {
    await(what, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
  }

  /** Looks until something is there, for half a minute at most. */
  static <T> T await(String what, Supplier<Optional<T>> look) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (System.nanoTime() - end < 0) {
      Optional<T> found = look.get();
      if (found.isPresent()) {
        return found.get();
      }
      Thread.onSpinWait();
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
    throw new AssertionError("waited in vain for " + what);
  }

  List<RaftNode> nodes() {
    return List.copyOf(nodes.values());
  }

  List<String> names() {
    return List.of(names);
  }

  @Override
  public void close() {
    nodes.values().forEach(RaftNode::close);
  }
}
