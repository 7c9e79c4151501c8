package io.github.balsaraft.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.SnapshotOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a person sees who types something wrong. */
class CommandLineTest {

  private static final String CLUSTER = "n1=127.0.0.1:8001:7001";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CommandLine line = new CommandLine(
      new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), "kv"));

  @TempDir
  Path folder;

  static Stream<Arguments> wrongArguments() {
    return Stream.of(
        wrong("unknown command frobnicate; type: kv help", "frobnicate"),
        wrong("unknown argument --what; type: kv help demo", "demo", "--what"),
        wrong("unknown argument 3; type: kv help demo", "demo", "3"),
        wrong("--nodes needs a value; type: kv help demo", "demo", "--nodes"),
        wrong("--nodes needs a value; type: kv help demo", "demo", "--nodes", "--redirect"),
        wrong("--nodes is given twice; type: kv help demo", "demo", "--nodes", "3", "--nodes=5"),
        wrong(
            "--nodes takes a number from 1 to 9, not many; type: kv help demo",
            "demo",
            "--nodes",
            "many"),
        wrong(
            "--nodes takes a number from 1 to 9, not 10; type: kv help demo", "demo", "--nodes=10"),
        wrong(
            "--base-port takes a number from 1 to 65532, not 70000; type: kv help demo",
            "demo",
            "--base-port",
            "70000"),
        wrong(
            "the ports of --base-port and --raft-base-port overlap; type: kv help demo",
            "demo",
            "--base-port",
            "7001",
            "--raft-base-port",
            "7003"),
        wrong(
            "--max-value takes a number of bytes from 1024 to 62914560, such as 1mb, not 1tb; type: kv help demo",
            "demo",
            "--max-value",
            "1tb"),
        wrong("--id is missing, for example --id n1; type: kv help node", "node"),
        wrong(
            "--cluster is missing, for example --cluster n1=127.0.0.1:8001:7001; type: kv help node",
            "node",
            "--id",
            "n1"),
        wrong(
            "--data is missing, for example --data ./data/n1; type: kv help node",
            "node",
            "--id",
            "n1",
            "--cluster",
            CLUSTER),
        wrong(
            "--cluster doesn't name n2, which --id says this is; type: kv help node",
            "node",
            "--id",
            "n2",
            "--cluster",
            CLUSTER),
        wrong(
            "--cluster: \"n1\" is not id=host:raftPort:redisPort; type: kv help node",
            "node",
            "--id",
            "n1",
            "--cluster",
            "n1"),
        wrong(
            "--cluster: \"n1=127.0.0.1:8001\" is not id=host:raftPort:redisPort; type: kv help node",
            "node",
            "--id",
            "n1",
            "--cluster",
            "n1=127.0.0.1:8001"),
        wrong(
            "--cluster: n1 is there twice; type: kv help node",
            "node",
            "--id",
            "n1",
            "--cluster",
            CLUSTER + "," + CLUSTER),
        wrong(
            "--cluster: \"n1=h:1:1\" needs two different ports above 0; type: kv help node",
            "node",
            "--id",
            "n1",
            "--cluster",
            "n1=h:1:1"),
        wrong(
            "--listen: \"7001\" is not host:port; type: kv help node",
            "node",
            "--id",
            "n1",
            "--cluster",
            CLUSTER,
            "--listen",
            "7001"),
        wrong(
            "--election-timeout must be at least twice --heartbeat; type: kv help node",
            "node",
            "--id",
            "n1",
            "--cluster",
            CLUSTER,
            "--election-timeout",
            "100"),
        wrong(
            "--leases takes a number from 203 to 2000, not 5000; type: kv help node",
            "node",
            "--id",
            "n1",
            "--cluster",
            CLUSTER,
            "--leases",
            "5000"),
        wrong(
            "--leases goes with --cluster: a cluster that exists has its own; see admin leases; type:"
                + " kv help node",
            "node",
            "--id",
            "n2",
            "--join",
            CLUSTER,
            "--raft",
            "127.0.0.1:8002",
            "--listen",
            "127.0.0.1:7002",
            "--leases",
            "1000"));
  }

  private static Arguments wrong(String message, String... words) {
    return Arguments.of(message, words);
  }

  @ParameterizedTest
  @MethodSource("wrongArguments")
  void wrongArgumentsGetOneLineAndExitCode2(String message, String[] words) {
    assertThat(line.run(words)).isEqualTo(2);
    assertThat(err.toString(UTF_8)).isEqualTo("kv: " + message + System.lineSeparator());
    assertThat(out.toString(UTF_8)).isEmpty();
  }

  @Test
  void helpIsPrinted() {
    assertThat(line.run()).isZero();
    assertThat(line.run("help", "demo")).isZero();
    assertThat(line.run("node", "--help")).isZero();
    assertThat(line.run("version")).isZero();
    assertThat(out.toString(UTF_8)).contains("kv demo", "--nodes", "--cluster", "balsa-kv");
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void aFolderThatIsAFileIsSaidSo() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertThat(line.run("node", "--id", "n1", "--cluster", CLUSTER, "--data", file.toString()))
        .isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .isEqualTo("kv: " + file + " is a file, not a folder; choose another --data"
            + System.lineSeparator());
  }

  @Test
  void aPortInUseIsSaidBeforeAnythingIsStarted() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = Math.min(taken.getLocalPort(), 64_000);
      if (port != taken.getLocalPort()) {
        return;
      }
      int exit = line.run(
          "demo",
          "--nodes",
          "1",
          "--data",
          folder.resolve("d").toString(),
          "--base-port",
          String.valueOf(port),
          "--raft-base-port",
          "1025");
      assertThat(exit).isEqualTo(1);
      assertThat(err.toString(UTF_8))
          .isEqualTo(
              "kv: port " + port + " is in use; stop what uses it, or choose another --base-port"
                  + System.lineSeparator());
    }
  }

  @Test
  void aDemoKeepsItsEngine() throws IOException {
    Path data = Files.createDirectories(folder.resolve("demo"));
    DemoOptions first =
        DemoOptions.parse(List.of("--data", data.toString(), "--engine", "rocksdb"));
    first.remember();
    DemoOptions second = DemoOptions.parse(List.of("--data", data.toString()));
    assertThat(second.nodeArguments(second.layout().servers().get(0)))
        .isEqualTo(first.nodeArguments(first.layout().servers().get(0)))
        .containsSequence("--engine", "rocksdb");
    assertThat(line.run("demo", "--data", data.toString(), "--engine", "memory"))
        .isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .contains(data + " holds a demo with --engine rocksdb; leave --engine out");
  }

  /** Their servers would share folders. */
  @Test
  void aDemoInsideOrAroundAnotherOneIsRefused() throws IOException {
    Path around = folder.toRealPath().resolve("around");
    Path other = around.resolve("other");
    Path server = Files.createDirectories(other.resolve("n1"));
    DemoOptions.parse(List.of("--data", other.toString())).remember();
    Files.createFile(server.resolve("node.lock"));
    Path link = Files.createSymbolicLink(folder.toRealPath().resolve("link"), server);

    expectRefusal(server.resolve("deep/er"), " is inside " + server + ", the folder of a server");
    expectRefusal(link.resolve("deeper"), " is inside " + server + ", the folder of a server");
    expectRefusal(server, " is the folder of a server");
    expectRefusal(other.resolve("beside"), " is inside " + other + ", the folder of another demo");
    expectRefusal(around, " is around " + other + ", the folder of another demo");

    // And around a server that somebody has started without a demo.
    Files.delete(other.resolve("demo.properties"));
    expectRefusal(
        other, " is around " + server + ", the folder of a server that no demo has started");
    try (Stream<Path> files = Files.list(server)) {
      assertThat(files).containsExactly(server.resolve("node.lock"));
    }
  }

  private void expectRefusal(Path data, String why) {
    err.reset();
    assertThat(line.run("demo", "--data", data.toString())).isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .isEqualTo("kv: " + data + why + "; choose another --data" + System.lineSeparator());
    assertThat(out.toString(UTF_8)).isEmpty();
  }

  @Test
  void aDemoRemembersItsSizeAndItsPorts() {
    String data = folder.toString();
    DemoOptions first =
        DemoOptions.parse(List.of("--nodes", "5", "--base-port", "7101", "--data", data));
    first.remember();

    DemoOptions second = DemoOptions.parse(List.of("--data", data));

    assertThat(second).isEqualTo(first);
    assertThatThrownBy(() -> DemoOptions.parse(List.of("--nodes", "3", "--data", data)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("holds a demo of 5 servers");
  }

  @ParameterizedTest
  @CsvSource({
    "nodes, 3, 0, 9",
    "nodes, 3, three, 9",
    "basePort, 7001, -1, 65532",
    "raftBasePort, 8001, 70000, 65532"
  })
  void whatADemoRemembersIsChecked(String name, String right, String wrong, int most)
      throws IOException {
    String data = folder.toString();
    DemoOptions.parse(List.of("--data", data)).remember();
    Path memory = folder.resolve("demo.properties");
    Files.writeString(
        memory, Files.readString(memory).replace(name + "=" + right, name + "=" + wrong));

    assertThat(line.run("demo", "--data", data)).isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .isEqualTo("kv: " + memory + " says " + name + "=" + wrong
            + ", which is no number from 1 to " + most
            + "; correct it, or choose another --data" + System.lineSeparator());
  }

  /** What the demo prints for a server that died is what starts it again. */
  @Test
  void theArgumentsOfAServerComeBackAsTheyWere() {
    DemoOptions demo =
        DemoOptions.parse(List.of("--data", folder.toString(), "--redirect", "--max-value", "1mb"));
    List<String> words = demo.nodeArguments(demo.layout().servers().get(1));

    NodeOptions options = NodeOptions.parse(words.subList(1, words.size()));

    assertThat(options.id()).isEqualTo("n2");
    assertThat(options.layout()).isEqualTo(demo.layout());
    assertThat(options.settings().redirect()).isTrue();
    assertThat(options.settings().limits().maxArgumentBytes()).isEqualTo(1 << 20);
    assertThat(options.settings().listen()).hasToString("127.0.0.1:7002");
    assertThat(options.data()).isEqualTo(folder.resolve("n2"));
  }

  @Test
  void howFastSnapshotsAreWrittenAndSentCanBeSaid() {
    List<String> words = List.of("--id", "n1", "--cluster", CLUSTER, "--data", "d");
    SnapshotOptions usual = NodeOptions.parse(words).snapshots();
    assertThat(usual).isEqualTo(SnapshotOptions.defaults());

    List<String> more = new ArrayList<>(words);
    more.addAll(List.of("--snapshot-write-rate", "20mb", "--snapshot-send-rate", "5mb"));
    SnapshotOptions options = NodeOptions.parse(more).snapshots();
    assertThat(options.maxWriteBytesPerSecond()).isEqualTo(20 << 20);
    assertThat(options.maxSendBytesPerSecond()).isEqualTo(5 << 20);

    more.set(more.size() - 1, "1kb");
    assertThatThrownBy(() -> NodeOptions.parse(more))
        .hasMessageContaining("--snapshot-send-rate takes a number of bytes from 1048576 to");
    List<String> never = new ArrayList<>(words);
    never.addAll(List.of("--snapshot-write-rate", "10"));
    assertThatThrownBy(() -> NodeOptions.parse(never))
        .hasMessageContaining("--snapshot-write-rate takes 0 or 1048576 bytes per second at least");
  }

  /** A split vote takes the longest election timeout twice, and heals by itself. */
  @Test
  void clientsAreToldOfAMissingQuorumOnlyAfterTwoElections() {
    NodeOptions options = NodeOptions.parse(
        List.of("--id", "n1", "--cluster", CLUSTER, "--data", "d", "--election-timeout", "300"));

    assertThat(options.settings().patience()).isEqualTo(Duration.ofMillis(2 * 600));
  }

  @Test
  void addressesMayBeIpv6() {
    ClusterLayout layout = ClusterLayout.parse("n1=[::1]:8001:7001,n2=host.example:8001:7001");

    assertThat(layout.founders()).containsExactly("n1=[::1]:8001", "n2=host.example:8001");
    assertThat(layout.clientAddresses()).containsEntry("n1", "[::1]:7001");
    assertThat(ClusterLayout.parse(layout.toString())).isEqualTo(layout);
  }

  @Test
  void wordsAreQuotedForTheShellOnlyIfTheyNeedIt() {
    assertThat(ShellWords.quote("--data=/a-b/c.d,e:1")).isEqualTo("--data=/a-b/c.d,e:1");
    assertThat(ShellWords.quote("it's $HOME")).isEqualTo("'it'\\''s $HOME'");
    assertThat(ShellWords.quote("")).isEqualTo("''");
  }
}
