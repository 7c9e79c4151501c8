package io.github.balsaraft.node;

import io.github.balsaraft.api.Founder;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * How a replica without data comes into being.
 *
 * @param kind found a group with the others if none of them has data, or only join what exists
 * @param peers the founders, this host included, or the hosts to ask; sorted by host
 * @param leases the rules for leases that a group is founded with
 */
public record BirthPlan(Kind kind, List<Founder> peers, LeaseRules leases) {

  /** What a replica without data may do. */
  public enum Kind {
    /** Found the group together with the other founders, or join it if it exists already. */
    BOOTSTRAP,
    /** Join a group that exists. */
    JOIN
  }

  /** Without leases. */
  public BirthPlan(Kind kind, List<Founder> peers) {
    this(kind, peers, LeaseRules.FORBIDDEN);
  }

  public BirthPlan {
    if (kind == Kind.JOIN && leases.permitted()) {
      throw new IllegalStateException(
          "a group that is joined has its rules for leases already: leases(...) goes with bootstrap(...)");
    }
    peers = peers.stream().sorted(Comparator.comparing(Founder::host)).toList();
    for (int i = 1; i < peers.size(); i++) {
      if (peers.get(i).host().equals(peers.get(i - 1).host())) {
        throw new IllegalArgumentException("host " + peers.get(i).host() + " is named twice");
      }
    }
  }

  /** The founder that draws up the first configuration; the same on every founder. */
  HostId coordinator() {
    return peers.get(0).host();
  }

  /** Where others reach this host: as the operator wrote it in the list, else as the transport knows it. */
  String addressOf(HostRuntime self) {
    return peers.stream()
        .filter(peer -> peer.host().equals(self.self()))
        .map(Founder::address)
        .findFirst()
        .orElseGet(() -> self.transport().localAddress());
  }

  /** The same founders, under these rules for leases. */
  public BirthPlan withLeases(LeaseRules rules) {
    return new BirthPlan(kind, peers, rules);
  }

  /** Tells founders that were started with different lists, or rules for leases, from each other; never zero. */
  long foundersDigest() {
    CRC32C crc = new CRC32C();
    for (Founder peer : peers) {
      crc.update((peer.host().name() + "\n").getBytes(StandardCharsets.UTF_8));
    }
    if (leases.permitted()) {
      crc.update((leases + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return kind == Kind.BOOTSTRAP ? crc.getValue() + 1 : 0;
  }
}
