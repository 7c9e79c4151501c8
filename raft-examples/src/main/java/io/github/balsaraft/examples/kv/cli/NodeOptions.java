package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.examples.kv.server.HostPort;
import io.github.balsaraft.examples.kv.server.ServerSettings;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.model.LeaseRules;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What {@code kv node} was asked to do.
 *
 * @param id the server's name
 * @param layout all members; or with {@code joining}, some of them
 * @param joining whether it joins a cluster that exists, and never founds one
 * @param data the folder
 * @param engine where the state is
 * @param raft where to listen for other servers
 * @param advertisedRaft where others reach it
 * @param settings how to serve clients
 * @param electionTimeout the least; the most is twice that
 * @param heartbeat how often a leader shows itself
 * @param snapshots when snapshots are taken, how fast they are written and sent, and what stays of the log
 * @param leases the rules for leases that the cluster is founded with
 * @param trace the file for the trace of the protocol, or null
 * @param untilStdinCloses whether to stop when standard input ends: so a demo that is killed takes its servers along
 */
record NodeOptions(
    String id,
    ClusterLayout layout,
    boolean joining,
    Path data,
    StateEngine engine,
    HostPort raft,
    HostPort advertisedRaft,
    ServerSettings settings,
    Duration electionTimeout,
    Duration heartbeat,
    SnapshotOptions snapshots,
    LeaseRules leases,
    @Nullable Path trace,
    boolean untilStdinCloses) {

  static final int DEFAULT_MAX_VALUE_BYTES = 8 << 20;

  /** A command of the log can have 64 MiB at most; this leaves room beside the value. */
  static final int LARGEST_MAX_VALUE_BYTES = Operation.Append.LARGEST_VALUE_BYTES;

  /** Of snapshots, in bytes per second: less would never come to an end with much state. */
  private static final int LEAST_RATE = 1 << 20;

  static final String UNTIL_STDIN_CLOSES = "--until-stdin-closes";

  static final Set<String> VALUED = Set.of(
      "--id",
      "--cluster",
      "--join",
      "--data",
      "--engine",
      "--listen",
      "--raft",
      "--max-value",
      "--max-clients",
      "--io-threads",
      "--election-timeout",
      "--heartbeat",
      "--snapshot-after",
      "--retain-entries",
      "--snapshot-write-rate",
      "--snapshot-send-rate",
      "--leases",
      "--trace");

  static final Set<String> FLAGS = Set.of("--redirect", UNTIL_STDIN_CLOSES);

  static NodeOptions parse(List<String> words) {
    Arguments arguments = Arguments.parse("node", words, VALUED, FLAGS);
    String id = arguments.required("--id", "n1");
    boolean joining = arguments.text("--join").isPresent();
    if (joining && arguments.text("--cluster").isPresent()) {
      throw arguments.wrong("--cluster founds a cluster and --join joins one: give one of them");
    }
    String list = joining ? "--join" : "--cluster";
    String members = arguments.required(list, "n1=127.0.0.1:8001:7001");
    ClusterLayout named = checked(arguments, list, members, ClusterLayout::parse);
    ClusterLayout.Server self = self(arguments, id, named, joining);
    ClusterLayout layout = named.with(self);
    HostPort listen = address(arguments, "--listen").orElse(self.redis());
    HostPort raft = address(arguments, "--raft").orElse(self.raft());
    Duration electionTimeout =
        Duration.ofMillis(arguments.number("--election-timeout", 50, 600_000, 1000));
    Duration heartbeat = Duration.ofMillis(arguments.number("--heartbeat", 5, 60_000, 100));
    if (electionTimeout.compareTo(heartbeat.multipliedBy(2)) < 0) {
      throw arguments.wrong("--election-timeout must be at least twice --heartbeat");
    }
    LeaseRules leases = leases(arguments, joining, electionTimeout, heartbeat);
    int maxValue =
        arguments.bytes("--max-value", 1024, LARGEST_MAX_VALUE_BYTES, DEFAULT_MAX_VALUE_BYTES);
    ServerSettings.Builder serving = ServerSettings.builder(listen, maxValue);
    ServerSettings usual = serving.build();
    ServerSettings settings = serving
        .redirect(arguments.has("--redirect"))
        .clientAddresses(layout.clientAddresses())
        .maxClients(arguments.number("--max-clients", 1, 1_000_000, usual.maxClients()))
        .ioThreads(arguments.number("--io-threads", 1, 64, usual.ioThreads()))
        .patience(patience(electionTimeout))
        .build();
    Path data = folder(arguments, arguments.required("--data", "./data/" + id));
    return new NodeOptions(
        id,
        layout,
        joining,
        data,
        engine(arguments).orElse(StateEngine.MEMORY),
        raft,
        self.raft(),
        settings,
        electionTimeout,
        heartbeat,
        snapshots(arguments),
        leases,
        arguments.text("--trace").map(text -> path(arguments, "--trace", text)).orElse(null),
        arguments.has(UNTIL_STDIN_CLOSES));
  }

  static Optional<StateEngine> engine(Arguments arguments) {
    return arguments
        .text("--engine")
        .map(name -> checked(arguments, "--engine", name, StateEngine::ofName));
  }

  private static SnapshotOptions snapshots(Arguments arguments) {
    SnapshotOptions usual = SnapshotOptions.builder().build();
    int retained = arguments.number(
        "--retain-entries", 0, 10_000_000, Math.toIntExact(usual.retainedEntries()));
    return SnapshotOptions.builder()
        .minLogBytes(arguments.bytes(
            "--snapshot-after", 1 << 16, 1 << 30, Math.toIntExact(usual.minLogBytes())))
        .retained(retained, Math.max(retained, usual.maxRetainedEntries()))
        .maxWriteBytesPerSecond(writeRate(arguments, usual))
        .maxSendBytesPerSecond(arguments.bytes(
            "--snapshot-send-rate",
            LEAST_RATE,
            1 << 30,
            Math.toIntExact(usual.maxSendBytesPerSecond())))
        .build();
  }

  /** None, or one with which a large snapshot comes to an end: until then the log is kept. */
  private static int writeRate(Arguments arguments, SnapshotOptions usual) {
    int rate = arguments.bytes(
        "--snapshot-write-rate", 0, 1 << 30, Math.toIntExact(usual.maxWriteBytesPerSecond()));
    if (rate != 0 && rate < LEAST_RATE) {
      throw arguments.wrong("--snapshot-write-rate takes 0 or " + LEAST_RATE
          + " bytes per second at least, such as 1mb, not " + rate);
    }
    return rate;
  }

  /** Within the bounds that the library has for these timeouts. */
  private static LeaseRules leases(
      Arguments arguments, boolean joining, Duration electionTimeout, Duration heartbeat) {
    if (!arguments.has("--leases")) {
      return LeaseRules.FORBIDDEN;
    }
    if (joining) {
      throw arguments.wrong(
          "--leases goes with --cluster: a cluster that exists has its own; see" + " admin leases");
    }
    int least = Math.toIntExact(heartbeat.multipliedBy(2).toMillis()) * 101 / 100 + 1;
    int most = Math.toIntExact(electionTimeout.multipliedBy(2).toMillis());
    return LeaseRules.permitted(arguments.number("--leases", least, most, least));
  }

  /** Where this server is: as the list says, or if it joins as --raft and --listen say. */
  private static ClusterLayout.Server self(
      Arguments arguments, String id, ClusterLayout named, boolean joining) {
    Optional<ClusterLayout.Server> listed = named.find(id);
    if (listed.isPresent()) {
      if (joining && named.servers().size() == 1) {
        throw arguments.wrong("--join names only " + id + " itself; name a member to ask");
      }
      return listed.get();
    }
    if (!joining) {
      throw arguments.wrong("--cluster doesn't name " + id + ", which --id says this is");
    }
    Optional<HostPort> raft = address(arguments, "--raft");
    Optional<HostPort> listen = address(arguments, "--listen");
    if (raft.isEmpty() || listen.isEmpty()) {
      throw arguments.wrong("--join doesn't name " + id
          + ": say where it is with --raft 127.0.0.1:8004 and --listen 127.0.0.1:7004");
    }
    return new ClusterLayout.Server(id, raft.get(), listen.get());
  }

  private static Optional<HostPort> address(Arguments arguments, String name) {
    return arguments.text(name).map(text -> checked(arguments, name, text, HostPort::parse));
  }

  /**
   * How long clients are told of an election before they are told of a missing quorum. It delays no answer: it chooses
   * the word.
   *
   * <p>Twice the longest election timeout, so four times the least. Counted from the last word of a leader, the first
   * candidate stands within one longest timeout; if it and another split the votes, one of them stands again within a second
   * one. With one longest timeout alone a single split vote, which heals by itself, would be called CLUSTERDOWN, which asks
   * for an operator. With more, members that are paused and so keep their connections would be believed in for longer.
   */
  private static Duration patience(Duration electionTimeout) {
    Duration longestElectionTimeout = electionTimeout.multipliedBy(2);
    return longestElectionTimeout.multipliedBy(2);
  }

  static Path folder(Arguments arguments, String text) {
    return path(arguments, "--data", text);
  }

  private static Path path(Arguments arguments, String name, String text) {
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw arguments.wrong(name + " " + text + " is no name of a file or folder");
    }
  }

  private static <T> T checked(
      Arguments arguments, String name, String text, Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw arguments.wrong(name + ": " + e.getMessage());
    }
  }
}
