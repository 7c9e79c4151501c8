package io.github.balsaraft.examples.bench.cluster;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a node is made of.
 *
 * @param number which of the nodes, from 0
 * @param ports of all nodes, on the loopback address
 * @param folder its own
 * @param groups how many groups it has a replica of
 * @param electionMillis the least election timeout; 0 for the library's default
 * @param snapshots whether snapshots are taken and the log is cut behind them, by the library's defaults; else never
 */
public record NodeSpec(
    int number,
    List<Integer> ports,
    Path folder,
    int groups,
    int electionMillis,
    boolean fsync,
    boolean snapshots) {

  private static final SnapshotOptions NEVER = SnapshotOptions.builder()
      .minLogBytes(Long.MAX_VALUE)
      .maxEntries(Long.MAX_VALUE)
      .maxAge(Duration.ZERO)
      .build();

  /** Its name, such as n1. */
  public String id() {
    return idOf(number);
  }

  static String idOf(int number) {
    return "n" + (number + 1);
  }

  /** Where it listens. */
  public String address() {
    return addressOf(number);
  }

  String addressOf(int node) {
    return "127.0.0.1:" + ports.get(node);
  }

  /** The library's defaults, but for the election timeout if one is given, and for snapshots if there are to be none. */
  public RaftOptions options() {
    RaftOptions defaults = RaftOptions.defaults();
    RaftOptions.Builder options = defaults.toBuilder();
    if (!snapshots) {
      options.snapshots(NEVER);
    }
    if (electionMillis > 0) {
      Duration least = Duration.ofMillis(electionMillis);
      Duration tenth = least.dividedBy(10);
      Duration heartbeat =
          tenth.compareTo(defaults.heartbeatInterval()) < 0 ? tenth : defaults.heartbeatInterval();
      options.electionTimeout(least, least.multipliedBy(2)).heartbeatInterval(heartbeat);
    }
    return options.build();
  }
}
