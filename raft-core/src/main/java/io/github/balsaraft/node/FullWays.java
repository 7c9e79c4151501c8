package io.github.balsaraft.node;

import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The hosts that take no more large messages for now, as the transport says. What it has said holds until it says something else: for groups that
 * start and members that are added in between, too. Thread-safe.
 */
final class FullWays {

  private final Set<HostId> full = ConcurrentHashMap.newKeySet();

  /** The transport says something else of a host. To be called before any group hears of it. */
  void changed(HostId peer, boolean writable) {
    if (writable) {
      full.remove(peer);
    } else {
      full.add(peer);
    }
  }

  boolean contains(HostId peer) {
    return full.contains(peer);
  }

  /**
   * Tells a core again which of its members are on such hosts, and which aren't: whoever was no member of the configuration in force when that
   * changed may be one now.
   */
  void tell(RaftCore core) {
    if (full.isEmpty() && !core.knowsFullWays()) {
      return;
    }
    for (Member member : core.view().configuration().members()) {
      core.writable(member.replica(), !full.contains(member.host()));
    }
  }
}
