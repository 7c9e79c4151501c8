package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Peer;
import io.github.balsaraft.transport.PeerConnection;

/**
 * Says on the console, once each, what whoever started a server has to know: it runs on, so that nothing else would tell
 * before somebody reads its log.
 */
final class NodeComplaints {

  /** The words of a transport about hosts that belong to two clusters, or to two lives of one. */
  private static final String TWO_CLUSTERS = "belongs to cluster";

  private final Console console;
  private final NodeOptions options;
  private boolean saidEnd;
  private boolean saidStranger;

  NodeComplaints(Console console, NodeOptions options) {
    this.console = console;
    this.options = options;
  }

  void look(NodeStatus status) {
    if (!saidEnd && status.removedAt() > 0) {
      saidEnd = true;
      console.complain("kv: " + options.id() + " was removed from the cluster at index "
          + status.removedAt() + ": stop this process and delete " + options.data());
    }
    if (!saidEnd && status.health() == NodeStatus.Health.FAILED) {
      saidEnd = true;
      console.complain(
          "kv: " + options.id() + " has stopped taking part: " + status.healthDetail());
    }
    if (!saidStranger) {
      status.peers().stream()
          .filter(peer -> isOfAnotherCluster(peer.connection()))
          .findFirst()
          .ifPresent(this::complainOf);
    }
  }

  private static boolean isOfAnotherCluster(PeerConnection connection) {
    return connection.state() == PeerConnection.State.REFUSED
        && connection.detail().contains(TWO_CLUSTERS);
  }

  private void complainOf(Peer peer) {
    saidStranger = true;
    console.complain("kv: " + options.id() + " and " + peer.host() + " don't talk: "
        + peer.connection().detail() + "; the folder " + options.data()
        + " or that of " + peer.host() + " is from another cluster: correct --data or "
        + (options.joining() ? "--join" : "--cluster"));
  }
}
