package io.github.balsaraft.node;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.transport.PeerConnection;
import io.github.balsaraft.transport.PeerConnection.State;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which members a node is in touch with, and why not with the others.
 *
 * <p>A leader judges by answers. Others judge by connections, and while they look for a leader by silence too: a process that
 * is paused keeps its connections.
 */
final class Reach {

  private final NodeStatus status;
  private final @Nullable Duration patience;
  private final Map<ReplicaId, NodeStatus.Peer> peers = new HashMap<>();

  /**
   * Looks through the eyes of a node.
   *
   * @param patience how long a member may be silent before it is missed; null to judge by connections alone
   */
  Reach(NodeStatus status, @Nullable Duration patience) {
    this.status = status;
    this.patience = patience;
    for (NodeStatus.Peer peer : status.peers()) {
      peers.put(peer.replica(), peer);
    }
  }

  NodeStatus.@Nullable Peer peer(ReplicaId replica) {
    return peers.get(replica);
  }

  boolean isHere(Member member) {
    return member.replica().equals(status.replica()) || whyMissing(member) == null;
  }

  /** The member's host and, in parentheses, what keeps us from it. */
  String withReason(Member member) {
    return member.host() + " (" + whyMissing(member) + ")";
  }

  /** Whether somebody answers there, only not one whom we may talk to. */
  boolean isRefused(Member member) {
    NodeStatus.Peer peer = peer(member.replica());
    return peer != null && peer.connection().state() == State.REFUSED;
  }

  private @Nullable String whyMissing(Member member) {
    NodeStatus.Peer peer = peer(member.replica());
    if (peer == null) {
      return "not reached";
    }
    boolean connected = peer.connection().state() == State.CONNECTED;
    Duration silence = peer.sinceContact().orElse(null);
    if (patience == null || status.role() != Role.LEADER) {
      if (isReplaced(member)) {
        return "replaced by a new replica";
      }
      if (!connected) {
        return why(peer.connection());
      }
      return patience == null || silence == null || silence.compareTo(patience) < 0
          ? null
          : "connected but silent for " + Wording.duration(silence);
    }
    if (silence != null && silence.compareTo(patience) <= 0) {
      return null;
    }
    if (isReplaced(member)) {
      return "replaced by a new replica";
    }
    if (!connected) {
      return why(peer.connection());
    }
    return silence == null
        ? "connected but not heard yet"
        : "connected but silent for " + Wording.duration(silence);
  }

  /**
   * Whether the host carries a newer replica: then a connection to the host says nothing about the older one, whose disk is
   * gone. The newer one starts as a learner and the older one ends as leaving.
   */
  boolean isReplaced(Member member) {
    return status.configuration().membersOn(member.host()).stream()
        .filter(other -> !other.replica().equals(member.replica()))
        .anyMatch(other -> member.role() == MemberRole.LEAVING
            || (member.isVoter() && other.role() == MemberRole.LEARNER));
  }

  /** What keeps us from a host that isn't connected. */
  private static String why(PeerConnection connection) {
    String detail = Wording.detail(connection.detail());
    return switch (connection.state()) {
      case UNKNOWN, CONNECTED -> "not reached";
      case CONNECTING -> "still connecting";
      case REFUSED -> detail.isEmpty() ? "refused by handshake" : "refused by handshake: " + detail;
      case UNREACHABLE -> unreachable(detail);
    };
  }

  private static String unreachable(String detail) {
    // The system's message around it is long and names what the configuration names already.
    if (detail.toLowerCase(Locale.ROOT).contains("connection refused")) {
      return "connection refused";
    }
    return detail.isEmpty() ? "unreachable" : detail;
  }
}
