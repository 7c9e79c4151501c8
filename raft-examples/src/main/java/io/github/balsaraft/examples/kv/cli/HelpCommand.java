package io.github.balsaraft.examples.kv.cli;

import java.util.List;

/** {@code kv help [command]}. */
final class HelpCommand {

  private static final String OVERVIEW = """
      kv: a replicated key-value store that speaks the Redis protocol

        {kv} demo      start three servers on this machine and say what to type next
        {kv} node      start one server of a cluster
        {kv} version   print the version
        {kv} help demo | help node   show the options""";

  private static final String DEMO = """
      {kv} demo [options]   start servers on 127.0.0.1 until Ctrl-C

        --nodes N           how many, 1 to 9 (3)
        --data DIR          where they keep their data (./data/kv-demo)
        --base-port PORT    the first for Redis clients; the others follow (7001)
        --raft-base-port P  the first between servers (base port + 1000)
        --redirect          followers answer MOVED instead of passing commands on
        --max-value BYTES   the longest value, such as 1mb (8mb)""";

  private static final String NODE = """
      {kv} node --id ID --cluster MEMBERS --data DIR [options]   start one server

        --id ID             its name, one of those in --cluster
        --cluster MEMBERS   all members, the same at each: id=host:raftPort:redisPort,...
                            such as n1=10.0.0.1:8001:7001,n2=10.0.0.2:8001:7001,n3=10.0.0.3:8001:7001
        --data DIR          where it keeps its data
        --listen HOST:PORT  where Redis clients reach it (as in --cluster)
        --raft HOST:PORT    where it listens for other servers (as in --cluster)
        --redirect          as a follower answer MOVED instead of passing commands on
        --max-value BYTES   the longest value, such as 1mb (8mb); the same at each
        --max-clients N     the most connections (10000)
        --io-threads N      threads that serve clients (half of the processors, at most 4)
        --election-timeout MILLIS   the least; the most is twice that (1000)
        --heartbeat MILLIS  how often a leader shows that it is alive (100)
        --trace FILE        appends every step of the protocol, as lines of JSON""";

  private HelpCommand() {}

  static int run(Console console, List<String> words) {
    String topic = words.isEmpty() ? "" : words.get(0);
    String text = switch (topic) {
      case "demo" -> DEMO;
      case "node" -> NODE;
      default -> OVERVIEW;
    };
    console.say(text.replace("{kv}", console.program()));
    return CommandLine.OK;
  }
}
