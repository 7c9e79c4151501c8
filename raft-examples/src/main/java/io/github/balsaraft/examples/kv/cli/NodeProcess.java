package io.github.balsaraft.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.examples.kv.Kv;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One server of the demo, in a process of its own with the program and the settings of this one. */
final class NodeProcess {

  private static final int SIGNAL_BASE = 128;

  private final ClusterLayout.Server server;
  private final Process process;
  private final Thread relay;

  private NodeProcess(ClusterLayout.Server server, Process process, Console console) {
    this.server = server;
    this.process = process;
    this.relay = new Thread(() -> relayErrors(console), "kv-" + server.id());
    relay.setDaemon(true);
    relay.start();
  }

  static NodeProcess start(ClusterLayout.Server server, List<String> arguments, Console console) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", absoluteClassPath(), Kv.class.getName()));
    command.addAll(arguments);
    // The pipe to its standard input ends with this
    // process, however that ends; and so does the server.
    command.add(NodeOptions.UNTIL_STDIN_CLOSES);
    try {
      Process process =
          new ProcessBuilder(command).redirectOutput(Redirect.DISCARD).start();
      return new NodeProcess(server, process, console);
    } catch (IOException e) {
      throw new StartupException("can't start " + server.id() + ": " + e.getMessage());
    }
  }

  private static String absoluteClassPath() {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      // A folder with a star stands for the jars in it, and isn't a path that could be resolved.
      entries.add(entry.endsWith("*") ? entry : Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, entries);
  }

  private void relayErrors(Console console) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        console.complain(line);
      }
    } catch (IOException | UncheckedIOException e) {
      // The pipe was closed: nothing more to relay.
    }
  }

  ClusterLayout.Server server() {
    return server;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** How it ended, once it has; after its last words. */
  String describeEnd() {
    try {
      relay.join(1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    int code = process.exitValue();
    if (code > SIGNAL_BASE) {
      return "was killed by signal " + (code - SIGNAL_BASE);
    }
    return code == 0 ? "was stopped" : "ended with exit code " + code;
  }

  /** Asks it to stop. */
  void stop() {
    process.destroy();
  }

  /** Waits for its end until a deadline, then kills it; answers whether that was needed. */
  boolean awaitEnd(long deadlineNanos) throws InterruptedException {
    if (process.waitFor(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    process.destroyForcibly().waitFor();
    return true;
  }
}
