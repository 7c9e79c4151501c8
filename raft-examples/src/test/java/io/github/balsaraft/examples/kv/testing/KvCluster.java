package io.github.balsaraft.examples.kv.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.examples.kv.Kv;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
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
import org.jspecify.annotations.Nullable;

/**
 * KV servers as real processes on this machine, on ports that the system chose, with their data in a temporary folder.
 * Closing it leaves nothing behind: not a process, not a file.
 *
 * <pre>{@code
 * try (KvCluster cluster = KvCluster.start(3)) {
 *   KvCluster.Node leader = cluster.awaitLeader();
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
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(15);
  private static final long LOOK_NANOS = 10_000_000;
  private static final int LOG_LINES = 40;

  /** A port that the system has handed out may be taken by somebody else before the server binds it. */
  private static final int ATTEMPTS = 5;

  private final Path folder;
  private final Map<String, Node> nodes = new LinkedHashMap<>();

  private KvCluster(int size, List<String> options) {
    try {
      folder = Files.createTempDirectory("kv-cluster");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Integer> ports = freePorts(2 * size);
    String layout = IntStream.range(0, size)
        .mapToObj(
            i -> "n" + (i + 1) + "=127.0.0.1:" + ports.get(2 * i) + ":" + ports.get(2 * i + 1))
        .collect(Collectors.joining(","));
    for (int i = 0; i < size; i++) {
      String id = "n" + (i + 1);
      nodes.put(id, new Node(id, ports.get(2 * i + 1), layout, folder.resolve(id), options));
    }
  }

  /** Starts servers n1, n2, … and waits until one leads. */
  public static KvCluster start(int size, String... nodeOptions) {
    for (int attempt = 1; ; attempt++) {
      KvCluster cluster = new KvCluster(size, List.of(nodeOptions));
      try {
        cluster.nodes().forEach(Node::start);
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

  /** All servers, running or not. */
  public List<Node> nodes() {
    return List.copyOf(nodes.values());
  }

  /** The server of this name. */
  public Node node(String id) {
    Node node = nodes.get(id);
    if (node == null) {
      throw new IllegalArgumentException("no server " + id);
    }
    return node;
  }

  /** All servers but one. */
  public List<Node> othersThan(Node node) {
    return nodes.values().stream().filter(other -> other != node).toList();
  }

  /** Waits until a server leads that most of the running servers name as their leader. */
  public Node awaitLeader() {
    List<Node> found = new ArrayList<>();
    await("a leader", PATIENCE, () -> {
      Optional<Node> leader = leader();
      leader.ifPresent(found::add);
      return leader.isPresent();
    });
    return found.get(0);
  }

  /** The leader on which more than half of all servers agree, if there is one now. */
  public Optional<Node> leader() {
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
      for (Node node : nodes.values()) {
        if (node.endedByItself()) {
          throw new AssertionError(node + " ended while waiting for " + what + "\n" + lastWords());
        }
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "no " + what + " within " + patience.toSeconds() + " s\n" + lastWords());
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** The end of what each server printed and logged. */
  public String lastWords() {
    return nodes.values().stream().map(Node::lastWords).collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    nodes.values().forEach(Node::kill);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

  /** One server: a process while it runs, and a folder that outlives it. */
  public static final class Node {

    private final String id;
    private final int port;
    private final Path data;
    private final Path output;
    private final List<String> command;
    private @Nullable Process process;

    /** Whether the test has asked for its end. */
    private boolean endWanted;

    private Node(String id, int port, String layout, Path data, List<String> options) {
      this.id = id;
      this.port = port;
      this.data = data;
      this.output = data.resolveSibling(id + ".out");
      command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      // Small, quick to start, and not all processors for each of several servers.
      command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
      command.add("--enable-native-access=ALL-UNNAMED");
      command.addAll(List.of("-cp", classPath(), Kv.class.getName(), "node"));
      command.addAll(List.of("--id", id, "--cluster", layout, "--data", data.toString()));
      command.addAll(options);
      // So that a test run that is killed leaves no server behind.
      command.add("--until-stdin-closes");
    }

    /** The packaged program if the build says where it is, else the classes under test. */
    private static String classPath() {
      String jar = System.getProperty("balsa.examples.jar");
      String lib = System.getProperty("balsa.examples.lib");
      if (jar != null && lib != null && Files.exists(Path.of(jar))) {
        return jar + File.pathSeparator + lib + File.separator + "*";
      }
      return System.getProperty("java.class.path");
    }

    /** Its name. */
    public String id() {
      return id;
    }

    /** Where clients reach it. */
    public int port() {
      return port;
    }

    /** Its folder. */
    public Path data() {
      return data;
    }

    /** Its process id. */
    public long pid() {
      return running().pid();
    }

    /** Whether its process is there. */
    public boolean isRunning() {
      Process current = process;
      return current != null && current.isAlive();
    }

    /** Starts it, with the same command each time, and returns at once. */
    public void start() {
      if (isRunning()) {
        throw new IllegalStateException(id + " is running");
      }
      try {
        process = new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
        endWanted = false;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Ends it with SIGKILL. */
    public void kill() {
      endWanted = true;
      Process current = process;
      if (current != null) {
        current.destroyForcibly();
        awaitEnd(current);
      }
    }

    /** Ends it with SIGTERM and answers its exit code. */
    public int stop() {
      endWanted = true;
      Process current = running();
      current.destroy();
      awaitEnd(current);
      return current.exitValue();
    }

    /** Stops its clock, so to speak: SIGSTOP. */
    public void pause() {
      signal("STOP");
    }

    /** Lets it go on after {@link #pause}. */
    public void resume() {
      signal("CONT");
    }

    /** Deletes its folder. It must not be running. */
    public void wipe() {
      if (isRunning()) {
        throw new IllegalStateException(id + " is running");
      }
      try (Stream<Path> files = Files.walk(data)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Connects to it. */
    public RespClient connect() {
      return new RespClient(port);
    }

    /** What INFO says about Raft; empty if it doesn't answer. */
    public Map<String, String> info() {
      Map<String, String> lines = new LinkedHashMap<>();
      try (Socket socket = new Socket()) {
        socket.setSoTimeout(500);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
        socket.getOutputStream().write("info raft\r\nquit\r\n".getBytes(UTF_8));
        String text = new String(socket.getInputStream().readAllBytes(), UTF_8);
        text.lines().filter(line -> line.indexOf(':') > 0).forEach(line -> {
          int colon = line.indexOf(':');
          lines.put(line.substring(0, colon), line.substring(colon + 1));
        });
      } catch (IOException e) {
        lines.clear();
      }
      return lines;
    }

    /** The end of what it printed and logged. */
    public String lastWords() {
      return "== " + this + "\n" + tail(output) + tail(data.resolve("node.log"));
    }

    @Override
    public String toString() {
      Process current = process;
      String state = current == null
          ? "never started"
          : current.isAlive() ? "running" : "ended with " + current.exitValue();
      return id + " (port " + port + ", " + state + ")";
    }

    private boolean endedByItself() {
      Process current = process;
      return current != null && !current.isAlive() && !endWanted;
    }

    private Process running() {
      Process current = process;
      if (current == null || !current.isAlive()) {
        throw new IllegalStateException(id + " isn't running");
      }
      return current;
    }

    private void signal(String name) {
      try {
        Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(pid()))
            .inheritIO()
            .start();
        if (kill.waitFor() != 0) {
          throw new IllegalStateException("can't send " + name + " to " + id);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private void awaitEnd(Process ending) {
      try {
        if (!ending.waitFor(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          ending.destroyForcibly();
          throw new AssertionError(id + " doesn't end\n" + lastWords());
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private static String tail(Path file) {
      if (!Files.exists(file)) {
        return "";
      }
      try {
        List<String> lines = Files.readAllLines(file);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()))
            + "\n";
      } catch (IOException e) {
        return file + ": " + e + "\n";
      }
    }
  }
}
