package io.github.balsaraft.examples.kv.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import io.github.balsaraft.examples.kv.Kv;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One server: a process while it runs, and a folder that outlives it. */
public final class KvProcess {

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(30);
  private static final long LOOK_NANOS = 10_000_000;
  private static final int LOG_LINES = 40;

  private final String id;
  private final int port;
  private final Path data;
  private final Path output;
  private final List<String> command;
  private @Nullable Process process;

  /** Whether the test has asked for its end. */
  private boolean endWanted;

  /**
   * A server that doesn't run yet.
   *
   * @param birth how it comes into being: {@code --cluster} or {@code --join}, and what belongs to it
   */
  KvProcess(String id, int port, List<String> birth, Path data, List<String> options) {
    this.id = id;
    this.port = port;
    this.data = data;
    this.output = data.resolveSibling(id + ".out");
    command = new ArrayList<>();
    command.addAll(kv());
    command.addAll(List.of("node", "--id", id, "--data", data.toString()));
    command.addAll(birth);
    command.addAll(options);
    // So that a test run that is killed leaves no server behind.
    command.add("--until-stdin-closes");
  }

  /** The beginning of a command line of the program. */
  public static List<String> kv() {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Small, quick to start, and not all processors for each of several servers.
    words.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    words.add("--enable-native-access=ALL-UNNAMED");
    words.addAll(List.of("-cp", classPath(), Kv.class.getName()));
    return words;
  }

  /** To start a Java program that prints what it prints by itself, whatever options the environment has for each JVM. */
  public static ProcessBuilder quiet(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // A JVM tells on standard error which of them it has found.
    builder
        .environment()
        .keySet()
        .removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
    return builder;
  }

  /** What a program has printed, without what its JVM has: newer ones warn of what the libraries use. */
  public static List<String> withoutWarnings(List<String> lines) {
    return lines.stream().filter(line -> !line.startsWith("WARNING: ")).toList();
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
    startWith();
  }

  /** Starts it with more options than usual. */
  public void startWith(String... more) {
    if (isRunning()) {
      throw new IllegalStateException(id + " is running");
    }
    try {
      List<String> words = new ArrayList<>(command);
      words.addAll(List.of(more));
      process = new ProcessBuilder(words)
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
    beginToKill();
    Process current = process;
    if (current != null) {
      awaitEnd(current);
    }
  }

  void beginToKill() {
    endWanted = true;
    Process current = process;
    if (current != null) {
      current.destroyForcibly();
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

  /** Deletes its folder, save for the log, which is put beside it. It must not be running. */
  public void wipe() {
    if (isRunning()) {
      throw new IllegalStateException(id + " is running");
    }
    try {
      Path kept = Files.createTempFile(data.getParent(), id + "-before-wipe-", ".log");
      Files.move(log(), kept, REPLACE_EXISTING);
      try (Stream<Path> files = Files.walk(data)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Connects to it. */
  public RespClient connect() {
    return new RespClient(port);
  }

  /** What it replies to a command now; nothing if it can't be reached or hangs up. */
  public Optional<String> reply(String... words) {
    try (RespClient client = connect()) {
      return Optional.of(client.call(words));
    } catch (UncheckedIOException e) {
      return Optional.empty();
    }
  }

  /** What INFO says about Raft, of a server that is sure to answer, however long that takes. */
  public Map<String, String> answeredInfo() {
    long deadline = System.nanoTime() + ANSWER_PATIENCE.toNanos();
    Map<String, String> answer = info();
    while (answer.isEmpty()) {
      if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
        throw new AssertionError("no answer to INFO\n" + lastWords());
      }
      LockSupport.parkNanos(LOOK_NANOS);
      answer = info();
    }
    return answer;
  }

  /** What INFO says about Raft; empty if it doesn't answer at once. */
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

  /** What its processes have printed, one after the other. */
  public String output() {
    return String.join("\n", lines(output));
  }

  /** The end of what it printed and logged. */
  public String lastWords() {
    return "== " + this + "\n" + tail(output) + tail(log());
  }

  @Override
  public String toString() {
    Process current = process;
    String state = current == null
        ? "never started"
        : current.isAlive() ? "running" : "ended with " + current.exitValue();
    return id + " (port " + port + ", " + state + ")";
  }

  boolean endedByItself() {
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
      // Every shell has the command of its own; not every machine has the program.
      Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid())
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

  /** What it logged since its folder was made, as text. */
  public String logText() {
    return String.join("\n", logLines());
  }

  /** What it logged since its folder was made. */
  public List<String> logLines() {
    return lines(log());
  }

  private Path log() {
    return data.resolve("node.log");
  }

  private static String tail(Path file) {
    List<String> lines = lines(file);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()))
        + "\n";
  }

  private static List<String> lines(Path file) {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of(file + ": " + e);
    }
  }
}
