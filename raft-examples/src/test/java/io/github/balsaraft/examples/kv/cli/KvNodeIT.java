package io.github.balsaraft.examples.kv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.TraceReader;
import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceReplayer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting and stopping real processes, and what they say when they can't start. */
class KvNodeIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir
  Path folder;

  @Test
  void aKilledLeaderIsReplacedAndCatchesUpAndAWipedOneJoinsAgain() {
    try (KvCluster cluster = KvCluster.start(3)) {
      KvProcess leader = cluster.awaitLeader();
      KvProcess follower = cluster.othersThan(leader).get(0);
      KvProcess other = cluster.othersThan(leader).get(1);
      expect(cluster, follower, "+OK", "SET", "color", "green");
      expect(cluster, other, "\"green\"", "GET", "color");

      leader.kill();
      expect(cluster, follower, "+OK", "SET", "color", "blue");
      leader.start();
      expect(cluster, leader, "\"blue\"", "GET", "color");

      assertThat(follower.stop()).as("exit code after SIGTERM").isZero();
      follower.wipe();
      expect(cluster, other, "+OK", "SET", "color", "red");
      follower.start();
      expect(cluster, follower, "\"red\"", "GET", "color");
    }
  }

  @Test
  void aTraceTellsTheLivesOfAProcessThatWasKilled() throws IOException {
    Path file = folder.resolve("trace.jsonl");
    try (KvCluster cluster = KvCluster.start(1, "--trace", file.toString())) {
      KvProcess node = cluster.nodes().get(0);
      expect(cluster, node, "+OK", "SET", "color", "green");
      node.kill();
      node.start();
      expect(cluster, node, "\"green\"", "GET", "color");
      node.stop();
    }
    TraceReplayer replayer = new TraceReplayer();
    List<TraceEvent> starts = new ArrayList<>();
    TraceReader.read(file, event -> {
      replayer.replay(event);
      if (event instanceof TraceEvent.Started) {
        starts.add(event);
      }
    });
    assertThat(starts).hasSizeGreaterThanOrEqualTo(2);
    ReplicaId self = starts.get(starts.size() - 1).header().replica();
    assertThat(replayer.state(self).role()).isEqualTo(Role.LEADER);
  }

  /** The founders were started with a {@code --cluster} that doesn't have it. */
  @Test
  void aServerThatWasAddedLaterIsNamedInRedirections() {
    try (KvCluster cluster = KvCluster.start(3, "--redirect")) {
      KvProcess added = cluster.join("n4", "--redirect");
      assertThat(cluster.admin("add", "n4").exitCode()).isZero();
      assertThat(cluster.admin("transfer", "n4").exitCode()).isZero();
      for (KvProcess other : cluster.othersThan(added)) {
        expect(cluster, other, moved(added), "SET", "color", "green");
      }
      expect(cluster, added, "+OK", "SET", "color", "green");
    }
  }

  private static String moved(KvProcess to) {
    // The slot that Redis computes for "color".
    return "-MOVED 4601 127.0.0.1:" + to.port();
  }

  private static void expect(KvCluster cluster, KvProcess node, String reply, String... words) {
    cluster.await(reply + " from " + node + " to " + String.join(" ", words), PATIENCE, () -> {
      try (RespClient client = node.connect()) {
        return client.call(words).equals(reply);
      } catch (UncheckedIOException e) {
        return false;
      }
    });
  }

  @Test
  void whatPreventsAStartIsSaidInOneLine() throws Exception {
    try (KvCluster cluster = KvCluster.start(1)) {
      KvProcess node = cluster.nodes().get(0);
      String free = "127.0.0.1:" + freePort();

      expectComplaint(
          "in use",
          "--id",
          "n1",
          "--data",
          folder.resolve("a").toString(),
          "--cluster",
          "n1=" + free + ":" + node.port());
      expectComplaint(
          "in use",
          "--id",
          "n1",
          "--data",
          folder.resolve("b").toString(),
          "--cluster",
          "n1=127.0.0.1:" + node.port() + ":" + freePort());
      Set<Path> files = filesIn(node.data());
      expectComplaint(
          "in use by a running process (" + node.pid() + ")",
          "--id",
          "n1",
          "--data",
          node.data().toString(),
          "--cluster",
          "n1=" + free + ":" + freePort());
      assertThat(node.data().resolve("node.log"))
          .content()
          .doesNotContain("can't start", "Exception");
      assertThat(filesIn(node.data())).isEqualTo(files);
      node.stop();
      expectComplaint(
          "n1",
          "--id",
          "n2",
          "--data",
          node.data().toString(),
          "--cluster",
          "n2=" + free + ":" + freePort());
      expectComplaint(
          "can't write the trace to ",
          "--id",
          "n1",
          "--data",
          folder.resolve("c").toString(),
          "--cluster",
          "n1=" + free + ":" + freePort(),
          "--trace",
          folder.resolve("not-there/trace.jsonl").toString());
    }
  }

  /** One line, no stack trace, exit code 1. */
  private void expectComplaint(String part, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(
        "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("io.github.balsaraft.examples.kv.Kv", "node"));
    command.addAll(List.of(arguments));
    Path output = folder.resolve("output");
    Process process = new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
    try {
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("ended")
          .isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(output);
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0)).startsWith("kv: ").contains(part);
    assertThat(process.exitValue()).isEqualTo(1);
  }

  private static Set<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.collect(Collectors.toSet());
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
