package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.node.GroupNode;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that wait in a node's queues: never more than its options permit and never less than none, and none once all that was
 * asked for has ended.
 */
public final class Budgets {

  /** Configurations and no-ops are appended whether there is room or not; few of them wait at a time. */
  private static final long BYTES_BESIDE_PROPOSALS = 4096;

  private final World world;
  private final List<Bound> bounds;

  /** The budgets of all nodes of a world, which run with these options. */
  public Budgets(World world, RaftOptions options) {
    this.world = world;
    this.bounds = List.of(
        // Those made at a node, and as many again that others have forwarded to it.
        new Bound(
            RaftMetric.PROPOSALS_PENDING_BYTES + " of its own",
            node -> node.gauge(RaftMetric.PROPOSALS_PENDING_BYTES) - node.forwardedProposalBytes(),
            options.maxPendingProposalBytes()),
        new Bound(
            RaftMetric.PROPOSALS_PENDING_BYTES + " of others",
            GroupNode::forwardedProposalBytes,
            options.maxPendingProposalBytes()),
        Bound.of(RaftMetric.READS_PENDING_BYTES, options.maxPendingReadBytes()),
        Bound.of(RaftMetric.APPLY_QUEUE_BYTES, options.maxApplyQueueBytes()),
        Bound.of(
            RaftMetric.UNCOMMITTED_BYTES, options.maxUncommittedBytes() + BYTES_BESIDE_PROPOSALS));
  }

  private record Bound(String what, ToLongFunction<GroupNode> bytes, long mostBytes) {
    static Bound of(RaftMetric gauge, long mostBytes) {
      return new Bound(gauge.toString(), node -> node.gauge(gauge), mostBytes);
    }
  }

  /** A node that holds more than it may, or has given back more than it had taken; null if none does. */
  public @Nullable String exceeded() {
    for (SimulatedHost host : world.hosts()) {
      SimulatedHost.Life life = host.life();
      if (life != null && life.isUp()) {
        for (Bound bound : bounds) {
          long bytes = bound.bytes.applyAsLong(life.node());
          if (bytes < 0 || bytes > bound.mostBytes) {
            return host.id() + " holds " + bytes + " " + bound.what + ", and may hold 0 to "
                + bound.mostBytes;
          }
        }
      }
    }
    return null;
  }

  /** A running node that holds anything; null if none does. */
  public @Nullable String notEmpty() {
    for (SimulatedHost host : world.hosts()) {
      SimulatedHost.Life life = host.life();
      if (life != null && life.isUp()) {
        for (Bound bound : bounds) {
          long bytes = bound.bytes.applyAsLong(life.node());
          if (bytes != 0) {
            return host.id() + " holds " + bytes + " " + bound.what;
          }
        }
      }
    }
    return null;
  }
}
