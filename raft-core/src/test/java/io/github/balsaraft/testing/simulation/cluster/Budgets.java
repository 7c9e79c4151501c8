package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.core.FollowerView;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.node.GroupNode;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that wait in a node's queues: never more than its options permit and never less than none, and none once all that was
 * asked for has ended. And what a node keeps in memory of its log, and has under way to each other member: never more, either.
 */
public final class Budgets {

  /** Configurations and no-ops are appended whether there is room or not; few of them wait at a time. */
  private static final long BYTES_BESIDE_PROPOSALS = 4096;

  /** A batch has a header, and so has an entry, and what a session adds. */
  private static final long BYTES_BESIDE_A_COMMAND =
      EntryBatch.HEADER_BYTES + Payloads.ENTRY_OVERHEAD_BYTES + SessionEntry.OVERHEAD_BYTES;

  /** More than any leader of a simulated group hears of within the time for which outcomes wait. */
  private static final int MOST_REPLICAS = 16;

  private final World world;
  private final List<Bound> bounds;
  private final List<Bound> coreBounds;

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
            // Their results may wait, too, for each of the others.
            (1 + MOST_REPLICAS) * options.maxPendingProposalBytes()),
        Bound.of(RaftMetric.READS_PENDING_BYTES, options.maxPendingReadBytes()),
        Bound.of(RaftMetric.APPLY_QUEUE_BYTES, options.maxApplyQueueBytes()),
        Bound.of(
            RaftMetric.UNCOMMITTED_BYTES, options.maxUncommittedBytes() + BYTES_BESIDE_PROPOSALS));
    // The last message may go beyond, and is as large as one may be.
    long largestMessageBytes =
        Math.max(options.maxMessageBytes(), options.maxCommandBytes() + BYTES_BESIDE_A_COMMAND);
    long mostInflightBytes = options.maxInflightBytes() + largestMessageBytes;
    // A follower takes one message more when it has less. A leader has what is uncommitted.
    long mostUnfinishedBytes = options.maxUncommittedBytes()
        + Math.max(BYTES_BESIDE_PROPOSALS, options.maxInflightBytes() + largestMessageBytes);
    // Batches leave memory as a whole, so that of the last one a part may be durable.
    long mostWindowBytes = Math.max(
        options.logWindowBytes() + options.maxUncommittedBytes(),
        mostUnfinishedBytes + largestMessageBytes);
    this.coreBounds = List.of(
        Bound.of("bytes under way to one follower", FollowerView::inflightBytes, mostInflightBytes),
        Bound.of(
            "messages under way to one follower",
            FollowerView::inflightMessages,
            options.maxInflightMessages()),
        Bound.ofCore(
            "bytes of settled entries in memory",
            CoreView::settledWindowBytes,
            options.logWindowBytes()),
        Bound.ofCore(
            "bytes of entries for the disk", CoreView::unfinishedBytes, mostUnfinishedBytes),
        Bound.ofCore("bytes of entries in memory", CoreView::windowBytes, mostWindowBytes));
  }

  private record Bound(String what, ToLongFunction<GroupNode> bytes, long mostBytes) {
    static Bound of(RaftMetric gauge, long mostBytes) {
      return new Bound(gauge.toString(), node -> node.gauge(gauge), mostBytes);
    }

    static Bound ofCore(String what, ToLongFunction<CoreView> bytes, long mostBytes) {
      return new Bound(
          what, node -> node.view() == null ? 0 : bytes.applyAsLong(node.view()), mostBytes);
    }

    /** Of the follower that has most. */
    static Bound of(String what, ToLongFunction<FollowerView> bytes, long mostBytes) {
      return ofCore(what, core -> mostOf(core, bytes), mostBytes);
    }

    private static long mostOf(CoreView core, ToLongFunction<FollowerView> bytes) {
      long most = 0;
      if (core.currentRole() == Role.LEADER) {
        for (Member member : core.configuration().members()) {
          FollowerView follower = core.follower(member.replica());
          most = Math.max(most, follower == null ? 0 : bytes.applyAsLong(follower));
        }
      }
      return most;
    }

    @Nullable
    String exceededBy(SimulatedHost.Life life) {
      long holds = bytes.applyAsLong(life.node());
      return holds < 0 || holds > mostBytes
          ? life.host() + " holds " + holds + " " + what + ", and may hold 0 to " + mostBytes
          : null;
    }
  }

  /** A node that holds more than it may, or has given back more than it had taken; null if none does. */
  public @Nullable String exceeded() {
    for (SimulatedHost host : world.hosts()) {
      SimulatedHost.Life life = host.life();
      String exceeded = life == null ? null : exceededBy(life);
      if (exceeded != null) {
        return exceeded;
      }
    }
    return null;
  }

  /** As {@link #exceeded}, of one node. */
  public @Nullable String exceededBy(SimulatedHost.Life life) {
    if (!life.isUp()) {
      return null;
    }
    String exceeded = exceeded(life, bounds);
    // A core that nobody asks for its output any more lets go of nothing.
    return exceeded != null || life.isStopping() || life.mayHaveMetDamage()
        ? exceeded
        : exceeded(life, coreBounds);
  }

  private static @Nullable String exceeded(SimulatedHost.Life life, List<Bound> bounds) {
    for (Bound bound : bounds) {
      String exceeded = bound.exceededBy(life);
      if (exceeded != null) {
        return exceeded;
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
