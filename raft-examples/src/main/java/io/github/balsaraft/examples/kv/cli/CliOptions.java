package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.server.HostPort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What {@code kv cli} was asked to do.
 *
 * @param servers whom to ask; the first that can be reached is
 * @param history where lines that were typed are remembered
 * @param command to be sent, and nothing else; empty to read commands
 */
record CliOptions(List<HostPort> servers, Path history, List<String> command) {

  private static final Set<String> VALUED = Set.of("--servers", "--history");

  /** Options stand before the first word of a command: what is behind it is the command's, whatever it looks like. */
  static CliOptions parse(List<String> all) {
    int at = 0;
    List<String> options = new ArrayList<>();
    while (at < all.size() && all.get(at).startsWith("--")) {
      String word = all.get(at++);
      options.add(word);
      if (VALUED.contains(word) && at < all.size()) {
        options.add(all.get(at++));
      }
    }
    Arguments arguments = Arguments.parse("cli", options, VALUED, Set.of());
    Path history = Path.of(arguments
        .text("--history")
        .orElseGet(() ->
            Path.of(System.getProperty("user.home", "."), ".balsa_kv_history").toString()));
    return new CliOptions(servers(arguments), history, List.copyOf(all.subList(at, all.size())));
  }

  private static List<HostPort> servers(Arguments arguments) {
    List<HostPort> servers = new ArrayList<>();
    for (String part : arguments.text("--servers").orElse("127.0.0.1:7001").split(",", -1)) {
      try {
        servers.add(HostPort.parse(part.strip()));
      } catch (IllegalArgumentException e) {
        throw arguments.wrong("--servers: " + e.getMessage());
      }
    }
    return List.copyOf(servers);
  }
}
