package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.examples.kv.command.ClusterView.Server;
import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** CLUSTER: what clients of a Redis Cluster need to find the leader. */
final class ClusterCommand {

  private static final int LAST_SLOT = HashSlot.COUNT - 1;

  private static final Subcommands SUBCOMMANDS = new Subcommands("cluster")
      .add("slots", 2, words -> look(ClusterCommand::slots))
      .add("shards", 2, words -> look(ClusterCommand::shards))
      .add("nodes", 2, words -> look(view -> Reply.Bulk.of(nodes(view))))
      .add("info", 2, words -> look(view -> Reply.Bulk.of(info(view))))
      .add("myid", 2, words -> new Planned.Local((session, server) -> myId(server)))
      .add("keyslot", 3, words -> new Planned.Fixed(new Reply.Int(HashSlot.of(words.get(2)))));

  private ClusterCommand() {}

  static Set<String> subcommands() {
    return SUBCOMMANDS.names();
  }

  static Planned plan(List<Bytes> words) {
    return SUBCOMMANDS.plan(words);
  }

  /** What is said of the cluster. */
  @FunctionalInterface
  private interface Description {
    Reply of(ClusterView view);
  }

  private static Planned look(Description description) {
    return new Planned.Local((session, server) -> description.of(ClusterView.of(server)));
  }

  private static Reply myId(ServerView server) {
    return Reply.Bulk.of(ClusterView.idOf(server.status().host().name()));
  }

  private static Reply slots(ClusterView view) {
    if (view.leader().isEmpty()) {
      return new Reply.Array(List.of());
    }
    List<Reply> range = new ArrayList<>();
    range.add(new Reply.Int(0));
    range.add(new Reply.Int(LAST_SLOT));
    range.add(place(view.leader().orElseThrow()));
    view.followers().stream()
        .filter(Server::reachable)
        .map(ClusterCommand::place)
        .forEach(range::add);
    return new Reply.Array(List.of(new Reply.Array(range)));
  }

  private static Reply place(Server server) {
    return new Reply.Array(List.of(
        Reply.Bulk.of(server.host()),
        new Reply.Int(server.port()),
        Reply.Bulk.of(server.id()),
        new Reply.Array(List.of())));
  }

  private static Reply shards(ClusterView view) {
    boolean led = view.leader().isPresent();
    List<Reply> slots = led ? List.of(new Reply.Int(0), new Reply.Int(LAST_SLOT)) : List.of();
    List<Reply> nodes = new ArrayList<>();
    view.leader().ifPresent(server -> nodes.add(describe(server)));
    view.followers().forEach(server -> nodes.add(describe(server)));
    return new Reply.Array(List.of(new Reply.Array(List.of(
        Reply.Bulk.of("slots"),
        new Reply.Array(slots),
        Reply.Bulk.of("nodes"),
        new Reply.Array(nodes)))));
  }

  private static Reply describe(Server server) {
    return new Reply.Array(List.of(
        Reply.Bulk.of("id"), Reply.Bulk.of(server.id()),
        Reply.Bulk.of("port"), new Reply.Int(server.port()),
        Reply.Bulk.of("ip"), Reply.Bulk.of(server.host()),
        Reply.Bulk.of("endpoint"), Reply.Bulk.of(server.host()),
        Reply.Bulk.of("role"), Reply.Bulk.of(server.leads() ? "master" : "replica"),
        Reply.Bulk.of("replication-offset"), new Reply.Int(0),
        Reply.Bulk.of("health"), Reply.Bulk.of(server.reachable() ? "online" : "fail")));
  }

  private static String nodes(ClusterView view) {
    String master = view.leader().map(Server::id).orElse("-");
    return view.servers().stream()
        .map(server -> server.id()
            + " " + server.host() + ":" + server.port() + "@" + server.busPort()
            + " " + (server.here() ? "myself," : "") + (server.leads() ? "master" : "slave")
            + (server.reachable() ? "" : ",fail")
            + " " + (server.leads() ? "-" : master)
            + " 0 0 " + view.term()
            + " " + (server.reachable() ? "connected" : "disconnected")
            + (server.leads() ? " 0-" + LAST_SLOT : "")
            + "\n")
        .collect(Collectors.joining());
  }

  private static String info(ClusterView view) {
    boolean led = view.leader().isPresent();
    int slots = led ? HashSlot.COUNT : 0;
    return "cluster_state:" + (led ? "ok" : "fail") + "\r\n"
        + "cluster_slots_assigned:" + slots + "\r\n"
        + "cluster_slots_ok:" + slots + "\r\n"
        + "cluster_slots_pfail:0\r\n"
        + "cluster_slots_fail:0\r\n"
        + "cluster_known_nodes:" + view.servers().size() + "\r\n"
        + "cluster_size:1\r\n"
        + "cluster_current_epoch:" + view.term() + "\r\n"
        + "cluster_my_epoch:" + view.term() + "\r\n"
        // There is no bus between the servers that would have any.
        + "cluster_stats_messages_sent:0\r\n"
        + "cluster_stats_messages_received:0\r\n"
        + "total_cluster_links_buffer_limit_exceeded:0\r\n";
  }
}
