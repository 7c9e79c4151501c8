package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that is known of a group: its replicas, the entries that were ever made, and what is committed. */
final class Group {

  final EntryHistory entries = new EntryHistory();
  final CommittedLog committed = new CommittedLog();

  // Asked for by id and never gone through, so that their order doesn't matter.
  private final Map<ReplicaId, ReplicaModel> replicas = new HashMap<>();
  private final Map<HostId, ReplicaModel> onHosts = new HashMap<>();

  /** A host says which replica it carries: another than before only if its disk was wiped. */
  ReplicaModel on(HostId host, ReplicaId id) {
    ReplicaModel replica = replicas.computeIfAbsent(id, unknown -> new ReplicaModel(unknown, host));
    if (!replica.host.equals(host)) {
      throw Found.of(Violation.Kind.DISK, replica, "is on " + host + " as well");
    }
    onHosts.put(host, replica);
    return replica;
  }

  /** The replica on a host; null if it has none yet. */
  @Nullable
  ReplicaModel on(HostId host) {
    return onHosts.get(host);
  }

  /** A replica; null if nothing was seen of it yet. */
  @Nullable
  ReplicaModel find(ReplicaId id) {
    return replicas.get(id);
  }
}
