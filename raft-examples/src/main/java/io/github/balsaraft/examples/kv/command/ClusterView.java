package io.github.balsaraft.examples.kv.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Peer;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.transport.PeerConnection;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The servers as a Redis Cluster with one shard: the leader is its master and has all slots, the others are replicas.
 *
 * @param servers those whose address for clients is known, sorted by their ids
 * @param term stands for the epoch
 */
record ClusterView(List<Server> servers, long term) {

  /**
   * One server.
   *
   * @param id 40 digits that stand for its name: that is what clients expect
   * @param port for clients
   * @param busPort for other servers
   * @param leads whether it is the leader, as far as is known here
   * @param here whether it is the one that says this
   * @param reachable whether it is connected to the one that says this
   */
  record Server(
      String id,
      String host,
      int port,
      int busPort,
      boolean leads,
      boolean here,
      boolean reachable) {}

  static ClusterView of(ServerView view) {
    NodeStatus status = view.status();
    HostId leader = status.leader().orElse(null);
    List<Server> servers = new ArrayList<>();
    for (Member member : status.configuration().members()) {
      HostId host = member.host();
      boolean here = host.equals(status.host());
      Optional<String> address = view.clientAddress(host.name());
      address.ifPresent(text -> servers.add(new Server(
          idOf(host.name()),
          hostOf(text),
          portOf(text),
          portOf(member.address()),
          host.equals(leader),
          here,
          here || isConnected(status, host))));
    }
    servers.sort(Comparator.comparing(Server::id));
    return new ClusterView(List.copyOf(servers), status.term());
  }

  Optional<Server> leader() {
    return servers.stream().filter(Server::leads).findFirst();
  }

  List<Server> followers() {
    return servers.stream().filter(server -> !server.leads()).toList();
  }

  private static boolean isConnected(NodeStatus status, HostId host) {
    for (Peer peer : status.peers()) {
      if (peer.host().equals(host)) {
        return peer.connection().state() == PeerConnection.State.CONNECTED;
      }
    }
    return false;
  }

  /** The same on every server, and for as long as the server keeps its name. */
  static String idOf(String name) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(name.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }

  private static String hostOf(String address) {
    String host = address.substring(0, Math.max(0, address.lastIndexOf(':')));
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  private static int portOf(String address) {
    try {
      return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    } catch (NumberFormatException e) {
      // An address of another kind of transport, such as one in memory.
      return 0;
    }
  }
}
