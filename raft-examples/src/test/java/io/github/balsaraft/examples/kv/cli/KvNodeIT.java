package io.github.balsaraft.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.TraceReader;
import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvCluster.AdminRun;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceReplayer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

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
      lead(cluster, added);
      for (KvProcess other : cluster.othersThan(added)) {
        expectOfLeader(cluster, added, other, moved(added), "SET", "color", "green");
      }
      expectOfLeader(cluster, added, added, "+OK", "SET", "color", "green");
    }
  }

  private static void lead(KvCluster cluster, KvProcess node) {
    AdminRun run = cluster.transfer(node);
    assertThat(run.exitCode()).as(run.output()).isZero();
  }

  /** Hands leadership over once more whenever a machine that stood still has changed the leader. */
  private static void expectOfLeader(
      KvCluster cluster, KvProcess leader, KvProcess node, String reply, String... words) {
    cluster.await(reply + " from " + node + " while " + leader + " leads", PATIENCE, () -> {
      if (node.reply(words).filter(reply::equals).isPresent()) {
        return true;
      }
      if (cluster.leader().filter(other -> other != leader).isPresent()) {
        lead(cluster, leader);
      }
      return false;
    });
  }

  private static String moved(KvProcess to) {
    // The slot that Redis computes for "color".
    return "-MOVED 4601 127.0.0.1:" + to.port();
  }

  private static void expect(KvCluster cluster, KvProcess node, String reply, String... words) {
    cluster.await(
        reply + " from " + node + " to " + String.join(" ", words),
        PATIENCE,
        () -> node.reply(words).filter(reply::equals).isPresent());
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
      // The top-level name of which nobody may ever have one.
      expectComplaint(
          "can't listen for clients on no-such-host.invalid:7001: this machine knows no host of that name",
          "--id",
          "n1",
          "--data",
          folder.resolve("d").toString(),
          "--cluster",
          "n1=" + free + ":" + freePort(),
          "--listen",
          "no-such-host.invalid:7001");
    }
  }

  @Test
  void aFolderOfANewerVersionIsSaidSoInOneLine() throws Exception {
    try (KvCluster cluster = KvCluster.start(1)) {
      KvProcess node = cluster.nodes().get(0);
      node.stop();
      addFamily(node.data().resolve("log"), "from-the-future");
      expectComplaint(
          "was written by a newer version (it has a part named from-the-future): start that version",
          "--id",
          "n1",
          "--data",
          node.data().toString(),
          "--cluster",
          "n1=127.0.0.1:" + freePort() + ":" + freePort());
    }
  }

  /** As a newer version might. */
  private static void addFamily(Path folder, String name) throws RocksDBException {
    RocksDB.loadLibrary();
    List<ColumnFamilyDescriptor> families = new ArrayList<>();
    try (Options options = new Options()) {
      for (byte[] family : RocksDB.listColumnFamilies(options, folder.toString())) {
        families.add(new ColumnFamilyDescriptor(family));
      }
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (DBOptions options = new DBOptions();
        RocksDB db = RocksDB.open(options, folder.toString(), families, handles)) {
      handles.add(db.createColumnFamily(new ColumnFamilyDescriptor(name.getBytes(UTF_8))));
      handles.forEach(ColumnFamilyHandle::close);
    }
  }

  /** The server runs: it could be the others that are wrong. But whoever starts it must not have to find that in a log. */
  @Test
  void aFolderOfAnotherClusterIsSaidSoOnTheConsole() throws Exception {
    try (KvCluster cluster = KvCluster.start(3);
        KvCluster another = KvCluster.start(3)) {
      KvProcess wrong = cluster.nodes().get(0);
      wrong.stop();
      KvProcess stranger = another.nodes().get(0);
      stranger.stop();
      wrong.wipe();
      copy(stranger.data(), wrong.data());
      wrong.start();
      String complaint = "the folder " + wrong.data() + " or that of n";
      cluster.await("a complaint", PATIENCE, () -> wrong.output().contains(complaint));
      assertThat(wrong.output().lines().filter(line -> line.contains("don't talk")))
          .singleElement()
          .asString()
          .startsWith("kv: n1 and n")
          .contains("belongs to cluster", "correct --data or --cluster");
      assertThat(wrong.isRunning()).isTrue();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
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
    Process process = KvProcess.quiet(command).redirectOutput(output.toFile()).start();
    try {
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("ended")
          .isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = KvProcess.withoutWarnings(Files.readAllLines(output));
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
