package io.github.balsaraft.node;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.transport.Transport;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * The routes of a host, with the groups that need them: a transport keeps each one connected, so one that no group needs any
 * more is removed.
 *
 * <p>Thread-safe.
 */
final class HostRoutes {

  private final Transport transport;
  private final Map<HostId, Set<GroupId>> users = new HashMap<>();

  HostRoutes(Transport transport) {
    this.transport = transport;
  }

  /** A group needs a way to a peer, which is reached there. */
  synchronized void set(GroupId group, HostId peer, String address) {
    users.computeIfAbsent(peer, any -> new HashSet<>()).add(group);
    transport.setRoute(peer, address);
  }

  /** A group needs no way to this peer any more. */
  synchronized void release(GroupId group, HostId peer) {
    Set<GroupId> groups = users.get(peer);
    if (groups != null && groups.remove(group) && groups.isEmpty()) {
      users.remove(peer);
      transport.removeRoute(peer);
    }
  }

  /**
   * A group doesn't run any more. A host that has only left the configuration keeps its route until then: its replica may
   * not know that it was removed, and is owed answers.
   */
  synchronized void release(GroupId group) {
    for (Iterator<Map.Entry<HostId, Set<GroupId>>> all = users.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<HostId, Set<GroupId>> one = all.next();
      if (one.getValue().remove(group) && one.getValue().isEmpty()) {
        all.remove();
        transport.removeRoute(one.getKey());
      }
    }
  }
}
