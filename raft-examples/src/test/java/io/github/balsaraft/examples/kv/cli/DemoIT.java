package io.github.balsaraft.examples.kv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.Kv;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a process, with servers that are killed and started again by hand. Waits are bounded by the test's time. */
class DemoIT {

  @TempDir
  Path folder;

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void endAll() throws InterruptedException {
    for (Process process : started) {
      // The servers of a demo end with it.
      List<ProcessHandle> children = process.descendants().toList();
      process.destroyForcibly().waitFor();
      children.forEach(child -> child.onExit().join());
    }
  }

  @Test
  void serversThatWereStartedByHandAreNotSaidToHaveStopped() throws Exception {
    Path data = folder.resolve("demo");
    Process demo = startDemo(data);
    BufferedReader output = demo.inputReader();
    String server = lineOf(output, line -> line.startsWith("  n1 ")).strip();
    lineOf(output, line -> line.equals("Ctrl-C stops all."));
    long pid = Long.parseLong(server.replaceFirst(".* process (\\d+).*", "$1"));

    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    lineOf(output, line -> line.startsWith("n1 was killed by signal 9."));
    List<String> printed = List.of(output.readLine().strip().split(" "));
    Process byHand = start(printed.subList(1, printed.size()));
    lineOf(output, line -> line.equals("n1 is back."));

    Path memory = data.resolve("demo.properties");
    String remembered = Files.readString(memory);
    assertThat(refusal(startDemo(data)))
        .isEqualTo("kv: the folder " + data + " is in use by a running process (" + demo.pid()
            + "); stop that one first, or choose another --data");
    assertThat(memory).hasContent(remembered);

    interrupt(demo);
    assertThat(output.lines())
        .contains(
            "n1 still runs, as process " + byHand.pid()
                + ": it was started by hand. Stop it there, or type: kill " + byHand.pid(),
            "All others have stopped.")
        .doesNotContain("All servers have stopped.");
    assertThat(demo.waitFor()).isZero();
    assertThat(refusal(startDemo(data)))
        .isEqualTo("kv: n1 runs already, as process " + byHand.pid()
            + "; stop it first, or choose another --data");
    assertThat(memory).hasContent(remembered);

    byHand.destroy();
    assertThat(byHand.waitFor()).isZero();
    Process again = startDemo(data);
    BufferedReader lines = again.inputReader();
    lineOf(lines, line -> line.equals("Ctrl-C stops all."));
    interrupt(again);
    assertThat(lines.lines()).contains("All servers have stopped.");
    assertThat(again.waitFor()).isZero();
  }

  /** One server, on ports of its own at each start. */
  private Process startDemo(Path data) throws IOException {
    try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket two = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return start(List.of(
          "demo",
          "--nodes",
          "1",
          "--data",
          data.toString(),
          "--base-port",
          String.valueOf(one.getLocalPort()),
          "--raft-base-port",
          String.valueOf(two.getLocalPort())));
    }
  }

  private Process start(List<String> words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(
        "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
    command.add(Kv.class.getName());
    command.addAll(words);
    Process process = KvProcess.quiet(command).start();
    started.add(process);
    return process;
  }

  /** Tells it to stop, and unlike the process's own method leaves its output to be read. */
  private static void interrupt(Process process) {
    assertThat(process.toHandle().destroy()).isTrue();
  }

  private static String lineOf(BufferedReader output, Predicate<String> wanted) throws IOException {
    List<String> seen = new ArrayList<>();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      seen.add(line);
      if (wanted.test(line)) {
        return line;
      }
    }
    throw new AssertionError("ended without that line:\n" + String.join("\n", seen));
  }

  /** The one line that it prints. */
  private static String refusal(Process demo) throws InterruptedException {
    List<String> lines = KvProcess.withoutWarnings(demo.inputReader().lines().toList());
    assertThat(demo.waitFor()).isEqualTo(1);
    assertThat(lines).hasSize(1);
    return lines.get(0);
  }
}
