package io.github.balsaraft.transport.netty;

import io.github.balsaraft.RaftNode;
import io.github.balsaraft.model.GroupId;
import io.netty.channel.Channel;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What a transport offers to clients outside the group: the nodes that they may ask, and their connections. Thread-safe. */
final class ClientService {

  private final int maxConnections;
  private final long silenceMillis;
  private final Map<GroupId, RaftNode> nodes = new ConcurrentHashMap<>();
  private final Set<Channel> connections = ConcurrentHashMap.newKeySet();

  ClientService(int maxConnections, long silenceMillis) {
    this.maxConnections = maxConnections;
    this.silenceMillis = silenceMillis;
  }

  /** For how long nothing may come from a client, nor go to it. */
  long silenceMillis() {
    return silenceMillis;
  }

  void serve(GroupId group, RaftNode node) {
    nodes.put(group, node);
  }

  @Nullable
  RaftNode node(GroupId group) {
    return nodes.get(group);
  }

  /**
   * A client has said who it is.
   *
   * @return why it is turned away; empty if it isn't
   */
  String admit(Channel channel) {
    if (nodes.isEmpty()) {
      return "this host serves no clients";
    }
    if (connections.size() >= maxConnections) {
      return maxConnections + " clients are connected already";
    }
    connections.add(channel);
    channel.closeFuture().addListener(closed -> connections.remove(channel));
    return "";
  }

  void closeConnections() {
    connections.forEach(Quietly::close);
  }
}
