package io.github.balsaraft.testing.simulation.diagram;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What people call replicas: by their hosts, and counted from the second that a host has had. */
final class ReplicaNames {

  private final Map<ReplicaId, String> names = new HashMap<>();
  private final Map<HostId, Integer> counts = new HashMap<>();

  void learn(ReplicaId replica, HostId host) {
    names.computeIfAbsent(replica, unknown -> {
      int count = counts.merge(host, 1, Integer::sum);
      return count == 1 ? host.name() : host.name() + "#" + count;
    });
  }

  /** Its name; empty for nobody. */
  String of(@Nullable ReplicaId replica) {
    return replica == null ? "" : names.getOrDefault(replica, replica.toString());
  }

  ReplicaNames copy() {
    ReplicaNames copy = new ReplicaNames();
    copy.names.putAll(names);
    copy.counts.putAll(counts);
    return copy;
  }
}
