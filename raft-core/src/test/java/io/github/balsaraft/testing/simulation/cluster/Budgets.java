package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.node.GroupNode;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.World;
import org.jspecify.annotations.Nullable;

/** The bytes of proposals and reads that have not ended: never more than the options permit, and none once all have ended. */
public final class Budgets {

  private final World world;
  private final long maxProposalBytes;
  private final long maxReadBytes;

  /** The budgets of all nodes of a world, which run with these options. */
  public Budgets(World world, RaftOptions options) {
    this.world = world;
    // Those made at a node, and the same again for those that others have forwarded to it.
    this.maxProposalBytes = 2 * options.maxPendingProposalBytes();
    this.maxReadBytes = options.maxPendingReadBytes();
  }

  /** A node that holds more than it may; null if none does. */
  public @Nullable String exceeded() {
    return holdsMoreThan(maxProposalBytes, maxReadBytes);
  }

  /** A running node that holds anything; null if none does. */
  public @Nullable String notEmpty() {
    return holdsMoreThan(0, 0);
  }

  private @Nullable String holdsMoreThan(long proposalBytes, long readBytes) {
    for (SimulatedHost host : world.hosts()) {
      SimulatedHost.Life life = host.life();
      if (life != null && life.isUp()) {
        GroupNode node = life.node();
        if (node.pendingProposalBytes() > proposalBytes || node.pendingReadBytes() > readBytes) {
          return host.id() + " holds " + node.pendingProposalBytes() + " bytes of proposals and "
              + node.pendingReadBytes() + " bytes of reads";
        }
      }
    }
    return null;
  }
}
