package io.github.balsaraft.examples.bench.cluster;

import io.github.balsaraft.RaftHost;
import io.github.balsaraft.RaftNode;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** A node of the library in this process, through its public API. */
public final class EmbeddedNode implements BenchNode {

  private final RaftHost host;
  private final List<RaftNode> nodes = new ArrayList<>();
  private final List<CountingMachine> machines = new ArrayList<>();

  private EmbeddedNode(RaftHost host) {
    this.host = host;
  }

  /** Starts a node; it goes on from what is in its folder. */
  public static EmbeddedNode start(Ground ground, NodeSpec spec) {
    RaftHost host = RaftHost.builder()
        .id(spec.id())
        .logStore(ground.store(spec))
        .transport(ground.transport(spec))
        .start();
    EmbeddedNode node = new EmbeddedNode(host);
    try {
      node.startGroups(ground, spec);
    } catch (RuntimeException e) {
      host.close();
      throw e;
    }
    return node;
  }

  private void startGroups(Ground ground, NodeSpec spec) {
    String[] founders = IntStream.range(0, spec.ports().size())
        .mapToObj(number -> NodeSpec.idOf(number) + "=" + ground.address(spec, number))
        .toArray(String[]::new);
    for (int group = 0; group < spec.groups(); group++) {
      CountingMachine machine = new CountingMachine();
      machines.add(machine);
      nodes.add(host.group(new GroupId(group))
          .bootstrap(founders)
          .stateMachine(machine)
          .options(spec.options())
          .start());
    }
  }

  private Optional<NodeStatus> status(int group) {
    try {
      return Optional.of(nodes.get(group).status());
    } catch (RaftException e) {
      // Closed or overloaded: it can't tell now, and will be asked again.
      return Optional.empty();
    }
  }

  @Override
  public boolean leads(int group) {
    return status(group)
        .filter(status -> status.health() == NodeStatus.Health.RUNNING)
        .filter(status -> status.role() == Role.LEADER)
        .isPresent();
  }

  @Override
  public long term(int group) {
    return status(group).map(NodeStatus::term).orElse(0L);
  }

  @Override
  public String explain(int group) {
    return status(group).map(NodeStatus::explanation).orElse("can't tell");
  }

  @Override
  public CompletableFuture<?> propose(int group, byte[] payload) {
    return nodes.get(group).propose(payload);
  }

  @Override
  public CompletableFuture<?> read(int group) {
    return nodes.get(group).read(ReadConsistency.LINEARIZABLE, machines.get(group)::applied);
  }

  @Override
  public Applied applied(int group) {
    return machines.get(group).applied();
  }

  /** Whether it has a snapshot, of whatever group. */
  public boolean hasSnapshot() {
    return nodes.stream().anyMatch(node -> node.status().snapshots().last().isPresent());
  }

  @Override
  public void close() {
    host.close();
  }

  /** Stops as for a restart: hands leadership over first, for so long at most. */
  void close(Duration handover) {
    host.close(handover);
  }
}
