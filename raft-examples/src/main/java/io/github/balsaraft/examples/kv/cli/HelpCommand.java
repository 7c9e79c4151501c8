package io.github.balsaraft.examples.kv.cli;

import java.util.List;

/** {@code kv help [command]}. */
final class HelpCommand {

  private static final String OVERVIEW = """
      kv: a replicated key-value store that speaks the Redis protocol

        {kv} demo      start three servers on this machine and say what to type next
        {kv} node      start one server of a cluster
        {kv} admin     look at a cluster, and change its members
        {kv} cli       talk to a server: type commands of Redis, or pipe them in
        {kv} version   print the version
        {kv} help demo | node | admin | cli   show the options""";

  private static final String DEMO = """
      {kv} demo [options]   start servers on 127.0.0.1 until Ctrl-C

        --nodes N           how many, 1 to 9 (3)
        --data DIR          where they keep their data (./data/kv-demo)
        --engine NAME       memory: keys are in memory and in snapshots; rocksdb: in a database on disk (memory)
        --base-port PORT    the first for Redis clients; the others follow (7001)
        --raft-base-port P  the first between servers (base port + 1000)
        --redirect          followers answer MOVED instead of passing commands on
        --max-value BYTES   the longest value, such as 1mb (8mb)""";

  private static final String NODE = """
      {kv} node --id ID --cluster MEMBERS | --join MEMBERS --data DIR [options]   start one server

        --id ID             its name, one of those in --cluster
        --cluster MEMBERS   all members, the same at each: id=host:raftPort:redisPort,...
                            such as n1=10.0.0.1:8001:7001,n2=10.0.0.2:8001:7001,n3=10.0.0.3:8001:7001
        --join MEMBERS      instead of --cluster: joins a cluster that exists, of which these are some members;
                            it is let in once it is added (help admin)
        --data DIR          where it keeps its data
        --engine NAME       memory: keys are in memory and in snapshots; rocksdb: in a database on disk; the same at each (memory)
        --listen HOST:PORT  where Redis clients reach it (as in --cluster)
        --raft HOST:PORT    where it listens for other servers (as in --cluster)
        --redirect          as a follower answer MOVED instead of passing commands on
        --max-value BYTES   the longest value, such as 1mb (8mb); the same at each
        --max-clients N     the most connections (10000)
        --io-threads N      threads that serve clients (half of the processors, at most 4)
        --election-timeout MILLIS   the least; the most is twice that (1000)
        --heartbeat MILLIS  how often a leader shows that it is alive (100)
        --snapshot-after BYTES   a snapshot after so many bytes of log, or of the last snapshot if that is more (64mb)
        --retain-entries N  so many entries stay in the log before a snapshot (10000)
        --snapshot-write-rate BYTES   so many bytes of a snapshot are written per second at most, 1mb or more; 0: as many as it takes (0)
        --snapshot-send-rate BYTES   so many bytes of snapshots are sent per second at most, to all servers together (64mb)
        --leases MILLIS     with --cluster, the same at each: founds the cluster with leases of this window (off)
        --trace FILE        appends every step of the protocol, as lines of JSON""";

  private static final String ADMIN = """
      {kv} admin --servers HOST:PORT,... COMMAND [options]   look at a cluster, and change its members

        --servers LIST      where some of the servers listen for clients; some may be down

        status              how each of these servers is
        members             all members: role, how far they are, who is on its way in, who asks to be let in
        pending             the servers that ask to be let in
        watch               status and metrics of all of them, again and again, until q or Ctrl-C is typed
        explain             a sentence from each server: is all well, and if not, what is missing
        add ID              lets a server in that was started with --join, and waits until it has caught up
        promote ID          makes a learner a voter
        demote ID           makes a voter a learner
        remove ID           removes a server
        replace OLD NEW     puts a server that was started with --join in the place of another one, dead or alive
        set ID              changes what is agreed on a server: --priority, --delay, --address
        transfer [ID]       hands leadership over, to this server or to the most up to date
        abort ID            calls an addition off
        leases on | off     whether the leader answers reads by a lease, without asking the others; alone it says how it is

        --learner           add: as a learner, which receives everything and does not vote
        --priority N        add, set: 0 never leads; of the others the higher goes first (1)
        --delay MILLIS      add, set: how much longer than others it waits before it stands for election (0)
        --address HOST:PORT set: where the other servers reach it
        --window MILLIS     leases on: how long voters wait before they elect another leader (1000)
        --drift PPM         leases on: how far the clocks of two servers may run apart, in millionths (1000)
        --interval SECONDS  watch: between two looks (2)
        --count N           watch: ends after so many looks
        --dry-run           only say what would become of a change
        --timeout SECONDS   for everything together (add, promote, replace: 600, else 60)
        --json              print one line of JSON

      Exit codes: 0 done, 1 not done, 2 wrong arguments. To ask for the same change again is always safe.""";

  private static final String CLI = """
      {kv} cli [options] [COMMAND ...]   send commands of Redis to a server, and show the replies

        --servers LIST      HOST:PORT,...: the first that can be reached is asked, and whom MOVED names (127.0.0.1:7001)
        --history FILE      where typed lines are remembered (~/.balsa_kv_history)

      With a command, as in {kv} cli get color, it is sent, and the exit code is 1 if the reply is an error. Else
      commands are read: typed ones with history (arrow keys, Ctrl-R) and completion (Tab), or lines that are piped
      in. Words with blanks are quoted as in redis-cli. Type help [COMMAND] for the commands, and quit or Ctrl-D to end.""";

  private HelpCommand() {}

  static int run(Console console, List<String> words) {
    String topic = words.isEmpty() ? "" : words.get(0);
    String text = switch (topic) {
      case "demo" -> DEMO;
      case "node" -> NODE;
      case "admin" -> ADMIN;
      case "cli" -> CLI;
      default -> OVERVIEW;
    };
    console.say(text.replace("{kv}", console.program()));
    return CommandLine.OK;
  }
}
