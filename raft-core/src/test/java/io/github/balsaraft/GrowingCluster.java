package io.github.balsaraft;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.github.balsaraft.api.Membership;
import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.transport.LocalNetwork;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Nodes in this process whose addresses are not their names, so that nobody is reached whose address nobody knows. n1 to n3 are
 * the founders.
 */
final class GrowingCluster implements AutoCloseable {

  static final List<String> FOUNDERS = List.of("n1", "n2", "n3");

  /** Long enough that a busy machine seldom changes the leader. */
  private static final RaftOptions OPTIONS = RaftOptions.builder()
      .electionTimeout(Duration.ofMillis(700), Duration.ofMillis(1400))
      .heartbeatInterval(Duration.ofMillis(100))
      .build();

  final LocalNetwork network = new LocalNetwork();
  final Map<String, RaftNode> nodes = new TreeMap<>();
  final Map<String, Appender> machines = new TreeMap<>();
  private final Map<String, MemoryLogStore.Contents> disks = new TreeMap<>();

  static GrowingCluster ofThree() {
    GrowingCluster cluster = new GrowingCluster();
    FOUNDERS.forEach(cluster::found);
    return cluster;
  }

  static String entry(String name) {
    return name + "=" + address(name);
  }

  static String address(String name) {
    return "at-" + name;
  }

  RaftNode found(String name) {
    String[] founders = FOUNDERS.stream().map(GrowingCluster::entry).toArray(String[]::new);
    return start(name, address(name), node -> node.bootstrap(founders));
  }

  RaftNode join(String name, String... members) {
    String[] entries = Stream.of(members).map(GrowingCluster::entry).toArray(String[]::new);
    return start(name, address(name), node -> node.join(entries));
  }

  RaftNode start(String name, String address, Function<RaftNodeBuilder, RaftNodeBuilder> birth) {
    Appender machine = new Appender();
    MemoryLogStore.Contents disk =
        disks.computeIfAbsent(name, key -> new MemoryLogStore().contents());
    RaftNode node = birth
        .apply(RaftNode.builder())
        .id(name)
        .stateMachine(machine)
        .logStore(new MemoryLogStore(disk))
        .transport(network.transport(address))
        .options(OPTIONS)
        .start();
    nodes.put(name, node);
    machines.put(name, machine);
    return node;
  }

  void stop(String name) {
    nodes.remove(name).close();
  }

  /** As if the host's folder had been deleted. */
  void wipe(String name) {
    disks.remove(name);
  }

  RaftNode leader() {
    return LocalCluster.await(
        "a leader",
        () -> nodes.values().stream()
            .filter(node -> node.status().role() == Role.LEADER)
            .findFirst());
  }

  String leaderName() {
    return leader().status().host().name();
  }

  /** Asks the leader, and asks again as long as that is said to be of use. */
  <T> T atLeader(Function<Membership, CompletableFuture<T>> request) {
    return LocalCluster.await("an answer of the leader", () -> {
      try {
        return Optional.of(request.apply(leader().membership()).get(30, SECONDS));
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RaftException failure && failure.isRetryable()) {
          return Optional.empty();
        }
        throw new AssertionError(e.getCause());
      } catch (InterruptedException | TimeoutException e) {
        throw new AssertionError(leader().explain(), e);
      }
    });
  }

  /** The failure that a request to the leader ends with, once it is none that passes. */
  Throwable failureAtLeader(Function<Membership, CompletableFuture<?>> request) {
    return LocalCluster.await("a failure of the leader", () -> {
      try {
        throw new AssertionError(
            "expected a failure, got " + request.apply(leader().membership()).get(30, SECONDS));
      } catch (ExecutionException e) {
        boolean passes = e.getCause() instanceof RaftException failure && failure.isRetryable();
        return passes ? Optional.empty() : Optional.of(e.getCause());
      } catch (InterruptedException | TimeoutException e) {
        throw new AssertionError(leader().explain(), e);
      }
    });
  }

  MembershipView view() {
    return atLeader(Membership::view);
  }

  static HostId host(String name) {
    return new HostId(name);
  }

  @Override
  public void close() {
    nodes.values().forEach(RaftNode::close);
  }
}
