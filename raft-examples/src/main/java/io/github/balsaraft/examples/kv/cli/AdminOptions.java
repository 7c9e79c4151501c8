package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.server.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code kv admin} was asked to do.
 *
 * @param verb such as {@code add}
 * @param ids of the servers that it is about
 * @param words further words for the server
 * @param servers whom to ask
 * @param timeout for everything together
 * @param json whether to print for programs
 * @param dryRun whether only to say what would become of it
 * @param interval between two looks
 * @param count how many looks; 0 for no end
 */
record AdminOptions(
    String verb,
    List<String> ids,
    List<String> words,
    List<HostPort> servers,
    Duration timeout,
    boolean json,
    boolean dryRun,
    Duration interval,
    int count) {

  /** How many servers a verb names, at least and at most. */
  private record Names(int least, int most) {}

  private static final Map<String, Names> VERBS = verbs();

  private static final Set<String> CHANGES =
      Set.of("add", "promote", "demote", "remove", "replace", "set", "leases");

  /** They end once a server has caught up, which takes as long as its log is large. The servers are told how long it may. */
  static final Set<String> WAIT_FOR_CATCH_UP = Set.of("add", "promote", "replace");

  private static final Set<String> VALUED = Set.of(
      "--servers",
      "--timeout",
      "--priority",
      "--delay",
      "--address",
      "--window",
      "--drift",
      "--interval",
      "--count");

  private static final Set<String> FLAGS = Set.of("--json", "--dry-run", "--learner");

  private static Map<String, Names> verbs() {
    Map<String, Names> verbs = new LinkedHashMap<>();
    for (String look : List.of("status", "members", "pending", "explain", "watch")) {
      verbs.put(look, new Names(0, 0));
    }
    for (String change : List.of("add", "promote", "demote", "remove", "set", "abort")) {
      verbs.put(change, new Names(1, 1));
    }
    verbs.put("replace", new Names(2, 2));
    verbs.put("transfer", new Names(0, 1));
    verbs.put("leases", new Names(0, 1));
    return verbs;
  }

  static AdminOptions parse(List<String> all) {
    List<String> names = new ArrayList<>();
    List<String> options = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      String word = all.get(i);
      if (!word.startsWith("--")) {
        names.add(word);
        continue;
      }
      options.add(word);
      if (VALUED.contains(word) && i + 1 < all.size() && !all.get(i + 1).startsWith("--")) {
        options.add(all.get(++i));
      }
    }
    Arguments arguments = Arguments.parse("admin", options, VALUED, FLAGS);
    if (names.isEmpty()) {
      throw arguments.wrong("say what to do: " + String.join(", ", VERBS.keySet()));
    }
    String verb = names.remove(0);
    Names wanted = VERBS.get(verb);
    if (wanted == null) {
      throw arguments.wrong("unknown admin command " + verb);
    }
    if (verb.equals("leases")
        && !List.of(List.of(), List.of("on"), List.of("off")).contains(names)) {
      throw arguments.wrong("leases takes on or off, or nothing to look");
    }
    if (names.size() < wanted.least || names.size() > wanted.most) {
      throw arguments.wrong(verb + " takes " + number(wanted) + ", not " + names.size());
    }
    boolean dryRun = arguments.has("--dry-run");
    if (dryRun && (!CHANGES.contains(verb) || names.isEmpty())) {
      throw arguments.wrong("--dry-run is for changes of members, not for " + verb);
    }
    int seconds =
        arguments.number("--timeout", 1, 86_400, WAIT_FOR_CATCH_UP.contains(verb) ? 600 : 60);
    return new AdminOptions(
        verb,
        names,
        words(arguments, names.equals(List.of("on")) ? "leases on" : verb),
        servers(arguments),
        Duration.ofSeconds(seconds),
        arguments.has("--json"),
        dryRun,
        Duration.ofSeconds(arguments.number("--interval", 1, 3600, 2)),
        arguments.number("--count", 1, 1_000_000_000, 0));
  }

  private static String number(Names wanted) {
    if (wanted.most == 0) {
      return "no id of a server";
    } else if (wanted.least < wanted.most) {
      return "the id of a server or none";
    }
    return wanted.most == 1 ? "the id of one server" : "the ids of two servers, old and new";
  }

  private static List<String> words(Arguments arguments, String verb) {
    List<String> words = new ArrayList<>();
    allow(arguments, verb, "--learner", Set.of("add"));
    allow(arguments, verb, "--priority", Set.of("add", "set"));
    allow(arguments, verb, "--delay", Set.of("add", "set"));
    allow(arguments, verb, "--address", Set.of("set"));
    allow(arguments, verb, "--window", Set.of("leases on"));
    allow(arguments, verb, "--drift", Set.of("leases on"));
    allow(arguments, verb, "--interval", Set.of("watch"));
    allow(arguments, verb, "--count", Set.of("watch"));
    if (arguments.has("--learner")) {
      words.add("LEARNER");
    }
    if (arguments.has("--priority")) {
      words.addAll(List.of("PRIORITY", String.valueOf(arguments.number("--priority", 0, 255, 1))));
    }
    if (arguments.has("--delay")) {
      words.addAll(List.of("DELAY", String.valueOf(arguments.number("--delay", 0, 3_600_000, 0))));
    }
    if (arguments.has("--window")) {
      words.addAll(
          List.of("WINDOW", String.valueOf(arguments.number("--window", 1, 3_600_000, 1000))));
    }
    if (arguments.has("--drift")) {
      words.addAll(List.of("DRIFT", String.valueOf(arguments.number("--drift", 1, 999_999, 1000))));
    }
    arguments.text("--address").ifPresent(address -> {
      words.addAll(List.of("ADDRESS", parsed(arguments, "--address", address).toString()));
    });
    if (verb.equals("set") && words.isEmpty()) {
      throw arguments.wrong("set changes --priority, --delay or --address: give one of them");
    }
    return words;
  }

  private static void allow(Arguments arguments, String verb, String option, Set<String> verbs) {
    if (arguments.has(option) && !verbs.contains(verb)) {
      throw arguments.wrong(option + " is not for " + verb);
    }
  }

  private static List<HostPort> servers(Arguments arguments) {
    List<HostPort> servers = new ArrayList<>();
    for (String part : arguments.required("--servers", "127.0.0.1:7001").split(",", -1)) {
      servers.add(parsed(arguments, "--servers", part.strip()));
    }
    return List.copyOf(servers);
  }

  private static HostPort parsed(Arguments arguments, String name, String text) {
    try {
      return HostPort.parse(text);
    } catch (IllegalArgumentException e) {
      throw arguments.wrong(name + ": " + e.getMessage());
    }
  }
}
