package io.github.balsaraft.examples.kv.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * KV servers as real processes on this machine, on ports that the system chose, with their data in a temporary folder.
 * Closing it leaves nothing behind: not a process, not a file.
 *
 * <pre>{@code
 * try (KvCluster cluster = KvCluster.start(3)) {
 *   KvProcess leader = cluster.awaitLeader();
 *   leader.kill();
 *   cluster.awaitLeader();
 *   leader.start();
 * }
 * }</pre>
 *
 * <p>When a wait fails, the error says what every server printed and logged last. For one test thread.
 */
public final class KvCluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long LOOK_NANOS = 10_000_000;

  /** A port that the system has handed out may be taken by somebody else before the server binds it. */
  private static final int ATTEMPTS = 5;

  private final Path folder;

  /** The founders, as {@code --cluster} says. */
  private final String layout;

  /** Servers that left; their processes have ended. */
  private final List<KvProcess> former = new ArrayList<>();

  private final Map<String, KvProcess> nodes = new LinkedHashMap<>();

  private KvCluster(int size, List<String> options) {
    try {
      folder = Files.createTempDirectory("kv-cluster");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Integer> ports = freePorts(2 * size);
    layout = IntStream.range(0, size)
        .mapToObj(
            i -> "n" + (i + 1) + "=127.0.0.1:" + ports.get(2 * i) + ":" + ports.get(2 * i + 1))
        .collect(Collectors.joining(","));
    for (int i = 0; i < size; i++) {
      String id = "n" + (i + 1);
      nodes.put(
          id,
          new KvProcess(
              id, ports.get(2 * i + 1), List.of("--cluster", layout), folder.resolve(id), options));
    }
  }

  /** Starts servers n1, n2, … and waits until one leads. */
  public static KvCluster start(int size, String... nodeOptions) {
    for (int attempt = 1; ; attempt++) {
      KvCluster cluster = new KvCluster(size, List.of(nodeOptions));
      try {
        cluster.nodes().forEach(KvProcess::start);
        cluster.awaitLeader();
        return cluster;
      } catch (AssertionError e) {
        cluster.close();
        boolean portTaken = String.valueOf(e.getMessage()).contains("in use");
        if (!portTaken || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Starts a server that asks to be let in, on free ports. It has to be added by whoever wants it. */
  public KvProcess join(String id, String... more) {
    List<Integer> ports = freePorts(2);
    List<String> birth = List.of(
        "--join", layout,
        "--raft", "127.0.0.1:" + ports.get(0),
        "--listen", "127.0.0.1:" + ports.get(1));
    KvProcess node = new KvProcess(id, ports.get(1), birth, folder.resolve(id), List.of(more));
    nodes.put(id, node);
    node.start();
    return node;
  }

  /** Ends a server that is no member any more, and forgets it. */
  public void retire(KvProcess node) {
    node.kill();
    nodes.remove(node.id());
    former.add(node);
  }

  /** Runs {@code kv admin} on all servers, in a process of its own. */
  public AdminRun admin(String... words) {
    List<String> command = new ArrayList<>(KvProcess.kv());
    command.addAll(List.of("admin", "--servers", servers()));
    command.addAll(List.of(words));
    try {
      Path output = Files.createTempFile(folder, "admin", ".out");
      Process process = KvProcess.quiet(command).redirectOutput(output.toFile()).start();
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(
            String.join(" ", words) + " doesn't end: " + Files.readString(output) + lastWords());
      }
      return new AdminRun(process.exitValue(), Files.readString(output));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Runs {@code kv admin transfer}. If it says that leadership was not handed over, or not seen to pass, it runs again, at most twice and
   * with a line in the output of the build; but only if somebody else than the target leads or the term rose meanwhile, as when whoever should
   * take over, or the machine, stood still for a moment.
   */
  public AdminRun transfer(KvProcess target) {
    long term = term(awaitLeader());
    AdminRun run = admin("transfer", target.id());
    for (int again = 0; again < 2 && run.output().contains("leadership was not "); again++) {
      KvProcess leader = awaitLeader();
      long termNow = term(leader);
      if (leader == target && termNow == term) {
        return run;
      }
      System.out.println("KvCluster: transfer " + target.id() + " runs again; " + leader.id()
          + " leads, the term was " + term + " and is " + termNow + ": "
          + run.output().strip());
      term = termNow;
      run = admin("transfer", target.id());
    }
    return run;
  }

  private static long term(KvProcess node) {
    return Long.parseLong(node.answeredInfo().getOrDefault("term", "-1"));
  }

  /** Where the servers listen for clients, as {@code --servers} wants it. */
  public String servers() {
    return nodes.values().stream()
        .map(node -> "127.0.0.1:" + node.port())
        .collect(Collectors.joining(","));
  }

  /** Where the founders, by name, listen for other servers and for clients of the library. */
  public Map<String, String> raftAddresses() {
    Map<String, String> addresses = new LinkedHashMap<>();
    for (String founder : layout.split(",", -1)) {
      String[] nameAndAddress = founder.split("=", 2);
      addresses.put(
          nameAndAddress[0], nameAndAddress[1].substring(0, nameAndAddress[1].lastIndexOf(':')));
    }
    return addresses;
  }

  /** How a run of {@code kv admin} ended, and what it printed. */
  public record AdminRun(int exitCode, String output) {}

  /** All servers, running or not. */
  public List<KvProcess> nodes() {
    return List.copyOf(nodes.values());
  }

  /** The server of this name. */
  public KvProcess node(String id) {
    KvProcess node = nodes.get(id);
    if (node == null) {
      throw new IllegalArgumentException("no server " + id);
    }
    return node;
  }

  /** All servers but one. */
  public List<KvProcess> othersThan(KvProcess node) {
    return nodes.values().stream().filter(other -> other != node).toList();
  }

  /** Waits until a server leads that most of the running servers name as their leader. */
  public KvProcess awaitLeader() {
    List<KvProcess> found = new ArrayList<>();
    await("a leader", PATIENCE, () -> {
      Optional<KvProcess> leader = leader();
      leader.ifPresent(found::add);
      return leader.isPresent();
    });
    return found.get(0);
  }

  /** The leader on which more than half of all servers agree, if there is one now. */
  public Optional<KvProcess> leader() {
    Map<String, Long> votes = nodes.values().stream()
        .map(node -> node.info().getOrDefault("leader", ""))
        .filter(id -> !id.isEmpty())
        .collect(Collectors.groupingBy(id -> id, Collectors.counting()));
    return votes.entrySet().stream()
        .filter(entry -> entry.getValue() > nodes.size() / 2)
        .map(entry -> node(entry.getKey()))
        .filter(node -> node.info().getOrDefault("role", "").equals("leader"))
        .findFirst();
  }

  /**
   * Waits until something holds.
   *
   * @throws AssertionError after that time, or when a server ended by itself; with the last words of all servers
   */
  public void await(String what, Duration patience, BooleanSupplier condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      for (KvProcess node : nodes.values()) {
        if (node.endedByItself()) {
          throw new AssertionError(node + " ended while waiting for " + what + "\n" + lastWords());
        }
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "no " + what + " within " + patience.toSeconds() + " s\n" + lastWords());
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("interrupted while waiting for " + what + "\n" + lastWords());
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** The end of what each server printed and logged. */
  public String lastWords() {
    return nodes.values().stream().map(KvProcess::lastWords).collect(Collectors.joining("\n"));
  }

  /** Where the servers have their folders, and what they printed. */
  public Path folder() {
    return folder;
  }

  /** Lines of the logs that tell of errors. */
  public List<String> errorsInLogs() {
    return Stream.concat(nodes.values().stream(), former.stream())
        .flatMap(node -> node.logLines().stream())
        .filter(line -> line.contains(" ERROR "))
        .toList();
  }

  /** Ends all servers with SIGKILL, at the same moment as far as possible. */
  public void killAll() {
    // Whoever waits too long is interrupted; the servers must end all the same.
    boolean interrupted = Thread.interrupted();
    nodes.values().forEach(KvProcess::beginToKill);
    nodes.values().forEach(KvProcess::kill);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    killAll();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A port that nobody listens on. */
  public static int freePort() {
    return freePorts(1).get(0);
  }

  private static List<Integer> freePorts(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      for (ServerSocket socket : held) {
        try {
          socket.close();
        } catch (IOException e) {
          // It held nothing but a port.
        }
      }
    }
  }
}
