package io.github.balsaraft.examples.kv.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** {@code kv demo}: several servers on this machine, each in a process of its own, until Ctrl-C. */
final class DemoCommand {

  private static final Duration LEADER_PATIENCE = Duration.ofSeconds(60);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
  private static final long STARTING_LOOK_MILLIS = 100;
  private static final long RUNNING_LOOK_MILLIS = 500;

  private final Console console;
  private final List<NodeProcess> nodes = new ArrayList<>();
  private final Map<String, RaftProbe> probes = new LinkedHashMap<>();

  /** Servers whose end has been told, and that haven't been seen again. */
  private final Set<String> gone = new HashSet<>();

  /** Set by the shutdown hook: from then on the end of a server is no news. */
  private final CountDownLatch stopping = new CountDownLatch(1);

  /** What the process ends with: a signal to stop is success, whatever the virtual machine thinks of it. */
  private volatile int exitCode = CommandLine.OK;

  DemoCommand(Console console) {
    this.console = console;
  }

  int run(List<String> words) {
    DemoOptions options = DemoOptions.parse(words);
    boolean again = Files.isDirectory(options.data().resolve("n1"));
    DemoFolder.check(options.data());
    FolderClaim claim = DataFolder.claim(options.data(), FolderClaim.DEMO);
    try {
      checkFolders(options);
      checkPorts(options.layout());
      options.remember();
      return run(options, again);
    } finally {
      claim.close();
    }
  }

  private int run(DemoOptions options, boolean again) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(options), "kv-stop"));
    console.say((again ? "Starting again: " : "Starting: ")
        + options.layout().servers().size() + " servers with their data in " + options.data());
    try {
      startAll(options);
      Leader leader = awaitLeader();
      welcome(options, leader);
      watch(options, leader);
      return exitCode;
    } catch (StartupException e) {
      exitCode = CommandLine.FAILED;
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return exitCode;
    }
  }

  /** A server that was started again by hand outlives its demo. */
  private static void checkFolders(DemoOptions options) {
    for (ClusterLayout.Server server : options.layout().servers()) {
      FolderClaim.holder(options.folderOf(server), FolderClaim.SERVER).ifPresent(process -> {
        throw new StartupException(server.id() + " runs already, as process " + process
            + "; stop it first, or choose another --data");
      });
    }
  }

  private static void checkPorts(ClusterLayout layout) {
    for (ClusterLayout.Server server : layout.servers()) {
      if (!Ports.isFree(server.redis())) {
        throw new StartupException("port " + server.redis().port()
            + " is in use; stop what uses it, or choose another --base-port");
      }
      if (!Ports.isFree(server.raft())) {
        throw new StartupException("port " + server.raft().port()
            + " is in use; stop what uses it, or choose another --raft-base-port");
      }
    }
  }

  private void startAll(DemoOptions options) {
    for (ClusterLayout.Server server : options.layout().servers()) {
      probes.put(server.id(), new RaftProbe(server.redis()));
      synchronized (nodes) {
        if (stopping.getCount() == 0) {
          return;
        }
        nodes.add(NodeProcess.start(server, options.nodeArguments(server), console));
      }
    }
  }

  /** Who leads, as the server with the highest term sees it. */
  private record Leader(String id, long term) {}

  private Optional<Leader> findLeader() {
    Leader found = null;
    for (Map.Entry<String, RaftProbe> probe : probes.entrySet()) {
      Optional<RaftProbe.Report> report = probe.getValue().ask();
      if (report.isEmpty()) {
        continue;
      }
      if (gone.remove(probe.getKey())) {
        console.say(probe.getKey() + " is back.");
      }
      if (report.get().leads() && (found == null || report.get().term() > found.term())) {
        found = new Leader(probe.getKey(), report.get().term());
      }
    }
    return Optional.ofNullable(found);
  }

  private Leader awaitLeader() throws InterruptedException {
    long deadline = System.nanoTime() + LEADER_PATIENCE.toNanos();
    while (!stopping.await(STARTING_LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      for (NodeProcess node : nodes) {
        if (!node.isAlive()) {
          throw new StartupException(
              node.server().id() + " " + node.describeEnd() + " while starting; the demo stops");
        }
      }
      Optional<Leader> leader = findLeader();
      if (leader.isPresent()) {
        return leader.get();
      }
      if (System.nanoTime() > deadline) {
        throw new StartupException(
            "no leader after " + LEADER_PATIENCE.toSeconds() + " s: " + explanation());
      }
    }
    throw new InterruptedException();
  }

  private String explanation() {
    return probes.values().stream()
        .map(RaftProbe::ask)
        .flatMap(Optional::stream)
        .map(RaftProbe.Report::explain)
        .findFirst()
        .orElse("no server answers");
  }

  private void welcome(DemoOptions options, Leader leader) {
    List<ClusterLayout.Server> servers = options.layout().servers();
    console.say("");
    for (NodeProcess node : nodes) {
      boolean leads = node.server().id().equals(leader.id());
      console.say("  " + node.server().id() + "  " + node.server().redis() + "  process "
          + node.pid() + (leads ? "  leader" : ""));
    }
    int first = servers.get(0).redis().port();
    int last = servers.get(servers.size() - 1).redis().port();
    int leaderPort =
        options.layout().find(leader.id()).map(server -> server.redis().port()).orElse(first);
    long leaderPid = nodes.stream()
        .filter(node -> node.server().id().equals(leader.id()))
        .mapToLong(NodeProcess::pid)
        .findFirst()
        .orElse(0);
    int other = leaderPort == first ? last : first;
    console.say("");
    console.say(
        leader.id() + " leads (term " + leader.term() + "). Type next, in another terminal:");
    console.say("");
    console.say("  redis-cli -p " + first + " set color green");
    console.say("  redis-cli -p " + last + " get color");
    console.say("  redis-cli -p " + first + " info raft");
    if (servers.size() > 2) {
      console.say("  kill -9 " + leaderPid + "    # the leader; the others go on:");
      console.say("  redis-cli -p " + other + " set color blue");
    }
    if (!isOnPath("redis-cli")) {
      console.say("");
      console.say("There is no redis-cli here; it comes with Redis. Without it:");
      console.say("  printf 'set color green\\nget color\\n' | nc 127.0.0.1 " + first);
    }
    console.say("");
    console.say("Ctrl-C stops all.");
  }

  private static boolean isOnPath(String program) {
    String path = System.getenv("PATH");
    if (path == null) {
      return false;
    }
    for (String folder : path.split(File.pathSeparator, -1)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /** Tells what happens to the servers, until the process is told to stop. */
  private void watch(DemoOptions options, Leader first) throws InterruptedException {
    Set<String> ended = new HashSet<>();
    Optional<Leader> known = Optional.of(first);
    while (!stopping.await(RUNNING_LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      for (NodeProcess node : nodes) {
        if (!node.isAlive() && ended.add(node.server().id()) && stopping.getCount() > 0) {
          tellEnd(options, node);
        }
      }
      Optional<Leader> now = findLeader();
      if (now.isPresent() && !now.equals(known)) {
        console.say(now.get().id() + " leads now (term " + now.get().term() + ").");
      } else if (now.isEmpty() && known.isPresent() && stopping.getCount() > 0) {
        String why = explanation();
        if (why.startsWith("Healthy")) {
          // Elected between the two looks: the next one will say whom.
          continue;
        }
        console.say("Nobody leads: " + why);
      }
      known = now;
    }
  }

  private void tellEnd(DemoOptions options, NodeProcess node) {
    gone.add(node.server().id());
    console.say(node.server().id() + " " + node.describeEnd()
        + ". To start it again, type in another terminal, where Ctrl-C then stops it:");
    console.say("  " + ShellWords.quote(console.program()) + " "
        + quoted(options.nodeArguments(node.server())));
  }

  private static String quoted(List<String> words) {
    return words.stream().map(ShellWords::quote).collect(Collectors.joining(" "));
  }

  /** Runs when the process is told to stop. */
  private void stop(DemoOptions options) {
    stopping.countDown();
    boolean clean = true;
    synchronized (nodes) {
      if (!nodes.isEmpty()) {
        console.say("Stopping.");
      }
      nodes.forEach(NodeProcess::stop);
      long deadline = System.nanoTime() + STOP_PATIENCE.toNanos();
      try {
        for (NodeProcess node : nodes) {
          if (node.awaitEnd(deadline)) {
            clean = false;
            console.complain("kv: " + node.server().id() + " did not stop in time and was killed");
          }
        }
      } catch (InterruptedException e) {
        // Nothing interrupts a shutdown hook.
        clean = false;
      }
      if (clean && !nodes.isEmpty()) {
        sayWhoIsLeft(options);
      }
    }
    Runtime.getRuntime().halt(clean ? exitCode : CommandLine.FAILED);
  }

  /** Servers that were started again by hand aren't the demo's to stop, but nobody should believe that they have. */
  private void sayWhoIsLeft(DemoOptions options) {
    boolean all = true;
    for (ClusterLayout.Server server : options.layout().servers()) {
      Optional<String> process = FolderClaim.holder(options.folderOf(server), FolderClaim.SERVER);
      if (process.isPresent()) {
        all = false;
        console.say(server.id() + " still runs, as process " + process.get()
            + ": it was started by hand. Stop it there, or type: kill " + process.get());
      }
    }
    console.say(all ? "All servers have stopped." : "All others have stopped.");
  }
}
