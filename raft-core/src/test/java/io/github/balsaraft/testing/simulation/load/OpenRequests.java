package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.node.GroupNode;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What clients wait for, by the process that they have asked. A node has to account for all of it: else it has given back what it still
 * holds, and its bounds are none.
 */
final class OpenRequests {

  /** What a node counts for each read beside its query. */
  static final long BYTES_BESIDE_A_QUERY = 256;

  private final Map<HostId, AtHost> hosts = new TreeMap<>();

  /** At the process of one host that was asked last. */
  private static final class AtHost {
    private int life;
    private long proposalBytes;
    private long readBytes;
  }

  private AtHost at(HostId host, int life) {
    AtHost there = hosts.computeIfAbsent(host, unused -> new AtHost());
    if (life > there.life) {
      there.life = life;
      there.proposalBytes = 0;
      there.readBytes = 0;
    }
    return there;
  }

  /** A proposal waits for an answer of this process. */
  void proposal(HostId host, int life, long commandBytes) {
    AtHost there = at(host, life);
    if (there.life == life) {
      there.proposalBytes += commandBytes + Payloads.ENTRY_OVERHEAD_BYTES;
    }
  }

  /** A read waits for an answer of this process. */
  void read(HostId host, int life, long queryBytes) {
    AtHost there = at(host, life);
    if (there.life == life) {
      there.readBytes += queryBytes + BYTES_BESIDE_A_QUERY;
    }
  }

  /** A running node that accounts for less than clients wait for; null if there is none. */
  @Nullable
  String unaccounted(World world) {
    for (Map.Entry<HostId, AtHost> asked : hosts.entrySet()) {
      SimulatedHost.Life life = world.host(asked.getKey()).life();
      if (life != null && life.isUp() && life.number() == asked.getValue().life) {
        GroupNode node = life.node();
        long proposals =
            node.gauge(RaftMetric.PROPOSALS_PENDING_BYTES) - node.forwardedProposalBytes();
        String problem = whyLess(
            asked.getKey(),
            asked.getValue(),
            proposals,
            node.gauge(RaftMetric.READS_PENDING_BYTES));
        if (problem != null) {
          return problem;
        }
      }
    }
    return null;
  }

  private static @Nullable String whyLess(HostId host, AtHost asked, long proposals, long reads) {
    if (proposals < asked.proposalBytes) {
      return host + " accounts for " + proposals + " bytes of proposals, and clients wait for "
          + asked.proposalBytes;
    }
    return reads < asked.readBytes
        ? host + " accounts for " + reads + " bytes of reads, and clients wait for "
            + asked.readBytes
        : null;
  }
}
