package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.server.HostPort;
import io.github.balsaraft.model.HostId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The members of a cluster and where they listen, as {@code --cluster} says: {@code id=host:raftPort:redisPort,…}.
 *
 * <p>Every founder is given the same text, so each knows where clients reach the others from the start. What it doesn't say, such
 * as where servers are that were added later, these announce through the log.
 */
record ClusterLayout(List<Server> servers) {

  /** One member. */
  record Server(String id, HostPort raft, HostPort redis) {
    @Override
    public String toString() {
      return id + "=" + raft + ":" + redis.port();
    }
  }

  ClusterLayout {
    servers = List.copyOf(servers);
  }

  /**
   * Reads the text.
   *
   * @throws IllegalArgumentException if it is wrong; the message says what
   */
  static ClusterLayout parse(String text) {
    List<Server> servers = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (String part : text.split(",", -1)) {
      Server server = parseServer(part.strip());
      if (!ids.add(server.id())) {
        throw new IllegalArgumentException(server.id() + " is there twice");
      }
      servers.add(server);
    }
    return new ClusterLayout(servers);
  }

  private static Server parseServer(String part) {
    int equals = part.indexOf('=');
    int lastColon = part.lastIndexOf(':');
    if (equals <= 0 || lastColon <= equals) {
      throw new IllegalArgumentException("\"" + part + "\" is not id=host:raftPort:redisPort");
    }
    String id = new HostId(part.substring(0, equals)).name();
    HostPort raft;
    try {
      raft = HostPort.parse(part.substring(equals + 1, lastColon));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("\"" + part + "\" is not id=host:raftPort:redisPort", e);
    }
    HostPort redis =
        new HostPort(raft.host(), HostPort.parsePort(part.substring(lastColon + 1), part));
    if (raft.port() == redis.port() || raft.port() == 0 || redis.port() == 0) {
      throw new IllegalArgumentException("\"" + part + "\" needs two different ports above 0");
    }
    return new Server(id, raft, redis);
  }

  /** Servers n1, n2, … on this machine. */
  static ClusterLayout onLoopback(int nodes, int redisBasePort, int raftBasePort) {
    List<Server> servers = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      servers.add(new Server(
          "n" + (i + 1),
          new HostPort("127.0.0.1", raftBasePort + i),
          new HostPort("127.0.0.1", redisBasePort + i)));
    }
    return new ClusterLayout(servers);
  }

  /** The same with one more, unless it is there already. */
  ClusterLayout with(Server server) {
    if (find(server.id()).isPresent()) {
      return this;
    }
    List<Server> more = new ArrayList<>(servers);
    more.add(server);
    return new ClusterLayout(more);
  }

  Optional<Server> find(String id) {
    return servers.stream().filter(server -> server.id().equals(id)).findFirst();
  }

  /** As Raft is told of the founders: {@code id=host:port}. */
  List<String> founders() {
    return servers.stream().map(server -> server.id() + "=" + server.raft()).toList();
  }

  /** Host id to the address for clients. */
  Map<String, String> clientAddresses() {
    Map<String, String> addresses = new LinkedHashMap<>();
    servers.forEach(server -> addresses.put(server.id(), server.redis().toString()));
    return addresses;
  }

  @Override
  public String toString() {
    return String.join(",", servers.stream().map(Server::toString).toList());
  }
}
