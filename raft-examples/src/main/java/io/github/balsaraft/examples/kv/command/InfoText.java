package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.Role;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The text of INFO: sections in the form that Redis uses. */
final class InfoText {

  /** The Redis whose commands and errors are followed; some clients ask before they use a command. */
  static final String REDIS_VERSION = "7.2.0";

  /**
   * Without {@code replication}: it has a line {@code role} too, and a reader that puts all lines into one map would see
   * that one instead of Raft's. It is there for those who ask for it by name.
   */
  private static final List<String> DEFAULT_SECTIONS =
      List.of("server", "clients", "raft", "metrics", "keyspace");

  private static final Map<String, Consumer<InfoText>> SECTIONS = Map.of(
      "server", InfoText::addServer,
      "clients", InfoText::addClients,
      "raft", InfoText::addRaft,
      "metrics", InfoText::addMetrics,
      "replication", InfoText::addReplication,
      "keyspace", InfoText::addKeyspace);

  private static final Set<String> EVERYTHING = Set.of("all", "everything");

  private static final String USUAL = "default";

  private final ServerView server;
  private final NodeStatus status;
  private final StringBuilder text = new StringBuilder();

  /** Of the lines so far. */
  private final Set<String> written = new HashSet<>();

  /** Whether distributions are written with their buckets: thousands of characters, for those who compute with them. */
  private boolean withBuckets;

  InfoText(ServerView server) {
    this.server = server;
    this.status = server.status();
  }

  /** What may stand behind INFO. */
  static Set<String> names() {
    Set<String> names = new HashSet<>(SECTIONS.keySet());
    names.addAll(EVERYTHING);
    names.add(USUAL);
    return names;
  }

  /**
   * The text.
   *
   * @param sections in small letters; none stands for the usual ones
   */
  String of(List<String> sections) {
    // Each once, however often it is named, as in Redis 7.
    Set<String> wanted = new LinkedHashSet<>();
    for (String section : sections.isEmpty() ? DEFAULT_SECTIONS : sections) {
      if (section.equals(USUAL) || EVERYTHING.contains(section)) {
        wanted.addAll(DEFAULT_SECTIONS);
      } else {
        wanted.add(section);
      }
      withBuckets |= EVERYTHING.contains(section);
    }
    withBuckets |= sections.contains("metrics");
    wanted.forEach(this::add);
    return text.toString();
  }

  private void add(String section) {
    int before = text.length();
    // Redis answers nothing for a section that it doesn't know.
    SECTIONS.getOrDefault(section, unknown -> {}).accept(this);
    if (before > 0 && text.length() > before) {
      text.insert(before, "\r\n");
    }
  }

  private void addServer() {
    title("Server");
    line("redis_version", REDIS_VERSION);
    line("redis_mode", "standalone");
    line("server_name", "balsa-kv");
    line("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    line("process_id", ProcessHandle.current().pid());
    line("tcp_port", server.port());
    line("uptime_in_seconds", (server.nowNanos() - server.startedNanos()) / 1_000_000_000L);
  }

  private void addClients() {
    title("Clients");
    line("connected_clients", server.sessions().size());
  }

  private void addRaft() {
    HostId leader = status.leader().orElse(null);
    title("Raft");
    line("id", status.host());
    line("role", status.role().name().toLowerCase(Locale.ROOT));
    line("term", status.term());
    line("leader", leader == null ? "" : leader);
    line(
        "leader_address",
        leader == null ? "" : server.clientAddress(leader.name()).orElse(""));
    line("commit", status.commitIndex());
    line("applied", status.appliedIndex());
    line("durable", status.durableIndex());
    line("last", status.lastIndex());
    line("members", members(Member::isVoter));
    line("learners", members(member -> member.role() == MemberRole.LEARNER));
    line("replica", status.replica());
    line("cluster", status.cluster().map(ClusterIdentity::toString).orElse(""));
    line("health", status.health().name().toLowerCase(Locale.ROOT));
    line("health_detail", status.healthDetail());
    line("removed_at", status.removedAt());
    line("durability", status.durability().name().toLowerCase(Locale.ROOT));
    // How old the data may be that is read after READONLY; -1 if nobody knows.
    line(
        "local_read_staleness_ms", status.staleness().map(age -> age.toMillis()).orElse(-1L));
    addCounters(status.counters());
    line("explain", status.explanation());
  }

  private void addCounters(NodeStatus.Counters counters) {
    line("lease_reads_granted", counters.leaseReadsGranted());
    line("lease_reads_refused", counters.leaseReadsRefused());
    line("dropped_messages", counters.droppedMessages());
    line("misdirected_messages", counters.misdirectedMessages());
  }

  /** Lines as docs/operations.md has them. */
  private void addMetrics() {
    title("Metrics");
    // A reader that puts all lines into one map would see the second of two of a name.
    MetricLines.of(server.metrics(), withBuckets).forEach((name, value) -> {
      if (!written.contains(name)) {
        line(name, value);
      }
    });
  }

  /** Raft's roles in the words of Redis: one master, the others are its replicas. */
  private void addReplication() {
    HostId leader = status.leader().orElse(null);
    boolean leads = status.role() == Role.LEADER;
    title("Replication");
    line("role", leads ? "master" : "slave");
    if (leads) {
      line("connected_slaves", Math.max(0, status.configuration().members().size() - 1));
    } else {
      String address = leader == null ? "" : server.clientAddress(leader.name()).orElse("");
      int colon = address.lastIndexOf(':');
      line("master_host", colon < 0 ? "" : address.substring(0, colon));
      line("master_port", colon < 0 ? "0" : address.substring(colon + 1));
      line("master_link_status", leader == null ? "down" : "up");
      line("slave_repl_offset", status.appliedIndex());
    }
    line("master_repl_offset", status.commitIndex());
  }

  private void addKeyspace() {
    title("Keyspace");
    if (server.keys() > 0) {
      line("db0", "keys=" + server.keys() + ",expires=" + server.expiringKeys() + ",avg_ttl=0");
    }
  }

  private String members(Predicate<Member> condition) {
    return status.configuration().members().stream()
        .filter(condition)
        .map(member -> member.host().name())
        .sorted()
        .collect(Collectors.joining(","));
  }

  private void title(String name) {
    text.append("# ").append(name).append("\r\n");
  }

  private void line(String name, Object value) {
    String oneLine = value.toString().replace('\r', ' ').replace('\n', ' ');
    written.add(name);
    text.append(name).append(':').append(oneLine).append("\r\n");
  }
}
