package io.github.balsaraft.examples.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * One measurement, as the command line describes it. Names and defaults are those of other harnesses with which this one
 * is run alternately, so that the same words measure the same thing.
 *
 * @param system {@code balsa}, or {@code limit} for what the machine and the store allow without the protocol
 * @param variant {@code netty} (RocksDB and sockets), {@code memory} (neither), {@code rocksdb-packed} (a limit)
 * @param payloadBytes the size of each command
 * @param outstanding how many operations are under way at any time
 * @param warmupSeconds of the same load before it counts
 * @param fsync whether an entry is on stable storage before it is acknowledged
 * @param snapshots whether snapshots are taken and logs are cut, by the library's defaults; catchup does only if asked to, restart never, growth and
 *     snapshot always
 * @param entries what restart, catchup and growth write, and rolling-restart before it begins, and how many keys snapshot has; 0 for
 *     their defaults
 * @param minutes after how long growth ends, if it hasn't written all entries by then; 0 for no limit
 * @param electionMillis the least election timeout; 0 for the mode's default
 * @param readers which nodes are asked in mode read: {@code leader}, {@code follower} or {@code all}
 * @param silent whether failover stops the leader's process (SIGSTOP) instead of killing it
 * @param idleSeconds how long mode groups watches groups without load
 * @param port the first of the nodes' ports; 0 for ports that are free
 * @param folder where the nodes' folders go
 */
record Options(
    String system,
    String mode,
    String variant,
    int nodes,
    int payloadBytes,
    int outstanding,
    int warmupSeconds,
    int measuredSeconds,
    boolean fsync,
    boolean snapshots,
    int entries,
    int minutes,
    int groups,
    int rounds,
    int electionMillis,
    String readers,
    boolean silent,
    int idleSeconds,
    int port,
    Path folder) {

  static final String BALSA = "balsa";
  static final String LIMIT = "limit";
  static final String NETTY = "netty";
  static final String MEMORY = "memory";
  static final String ROCKSDB_PACKED = "rocksdb-packed";

  private static final List<String> MODES = List.of(
      "write",
      "read",
      "failover",
      "rolling-restart",
      "restart",
      "catchup",
      "groups",
      "snapshot",
      "growth");

  private static final Set<String> KNOWN = Set.of(
      "system",
      "mode",
      "variant",
      "nodes",
      "payload",
      "outstanding",
      "warmup",
      "seconds",
      "fsync",
      "snapshots",
      "entries",
      "minutes",
      "groups",
      "rounds",
      "election-ms",
      "readers",
      "silent",
      "idle",
      "port",
      "dir");

  static Options parse(List<String> arguments) {
    Words words = Words.parse(arguments, KNOWN, Set.of("silent"));
    if (!words.plain().isEmpty()) {
      throw new UsageException("unknown argument " + words.plain().get(0));
    }
    String variant = words.text("variant", "");
    String system = words.choice(
        "system", variant.equals(ROCKSDB_PACKED) ? List.of(LIMIT) : List.of(BALSA, LIMIT));
    String mode = words.choice("mode", system.equals(LIMIT) ? List.of("write") : MODES);
    return new Options(
        system,
        mode,
        words.choice(
            "variant", system.equals(LIMIT) ? List.of(ROCKSDB_PACKED) : List.of(NETTY, MEMORY)),
        words.number("nodes", 1, 3),
        words.number("payload", 1, 256),
        words.number("outstanding", 1, 256),
        words.number("warmup", 0, 10),
        words.number("seconds", 1, 15),
        words.truth("fsync", true),
        words.truth("snapshots", !mode.equals("catchup")),
        words.number("entries", 0, 0),
        words.number("minutes", 0, 0),
        words.number("groups", 1, 1),
        words.number("rounds", 1, 10),
        words.number("election-ms", 0, 0),
        words.choice("readers", List.of("leader", "follower", "all")),
        words.truth("silent", false),
        words.number("idle", 1, 20),
        words.number("port", 0, 0),
        Path.of(words.text("dir", defaultFolder())));
  }

  private static String defaultFolder() {
    return System.getProperty("balsa.bench.dir", Path.of("target", "bench-data").toString());
  }

  boolean inMemory() {
    return variant.equals(MEMORY);
  }

  /** Whether an acknowledged entry survives a loss of power. */
  boolean isDurable() {
    return fsync && !inMemory();
  }

  int entriesOr(int otherwise) {
    return entries == 0 ? otherwise : entries;
  }

  int electionMillisOr(int otherwise) {
    return electionMillis == 0 ? otherwise : electionMillis;
  }
}
