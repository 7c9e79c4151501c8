package io.github.balsaraft.node;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which host carries a replica: by the configuration in force, or for a stranger by where its last message came from, since
 * every valid request gets an answer.
 *
 * <p>Thread-safe: outcomes of forwarded proposals are sent from apply threads.
 */
final class ReplicaRoutes {

  private static final int MAX_STRANGERS = 256;

  private final Map<ReplicaId, HostId> members = new LinkedHashMap<>();
  private final Map<ReplicaId, HostId> strangers = new LinkedHashMap<>();

  synchronized void configure(Configuration configuration) {
    Map<ReplicaId, HostId> before = new LinkedHashMap<>(members);
    members.clear();
    for (Member member : configuration.members()) {
      members.put(member.replica(), member.host());
    }
    // Who was removed is told so, and that is after the configuration without it was appended.
    before.forEach(this::heardFrom);
  }

  /**
   * Where each host listens. While a replica is being replaced its host is named twice, maybe with two addresses: then the
   * new replica's holds, which is a learner at first and stays when the old one leaves.
   */
  static Map<HostId, String> addressesIn(Configuration configuration) {
    Map<HostId, Member> newest = new LinkedHashMap<>();
    for (Member member : configuration.members()) {
      newest.merge(member.host(), member, (one, other) -> age(one) <= age(other) ? one : other);
    }
    Map<HostId, String> addresses = new LinkedHashMap<>();
    newest.forEach((host, member) -> addresses.put(host, member.address()));
    return addresses;
  }

  private static int age(Member member) {
    return switch (member.role()) {
      case LEARNER -> 0;
      case VOTER -> 1;
      case LEAVING -> 2;
    };
  }

  synchronized void heardFrom(ReplicaId replica, HostId host) {
    if (members.containsKey(replica) || host.equals(strangers.get(replica))) {
      return;
    }
    strangers.remove(replica);
    strangers.put(replica, host);
    if (strangers.size() > MAX_STRANGERS) {
      strangers.remove(strangers.keySet().iterator().next());
    }
  }

  @Nullable
  synchronized HostId hostOf(ReplicaId replica) {
    HostId host = members.get(replica);
    return host != null ? host : strangers.get(replica);
  }
}
