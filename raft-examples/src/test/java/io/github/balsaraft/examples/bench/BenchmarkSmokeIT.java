package io.github.balsaraft.examples.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.assertj.core.api.InstanceOfAssertFactories.MAP;

import io.github.balsaraft.examples.bench.report.JsonReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every mode of the benchmark for a moment: that it measures something, that the nodes end with the same entries, and that
 * its line has the fields by which results are compared. Nothing here depends on how long anything took: where a number of
 * operations must not be 0, they are counted for longer than a machine or its disk stands still.
 */
class BenchmarkSmokeIT {

  private static final List<String> LOAD_FIELDS = List.of(
      "ops",
      "ops_per_s",
      "p50_us",
      "p99_us",
      "p999_us",
      "max_us",
      "alloc_bytes_per_op",
      "cpu_s_per_million_ops",
      "cpu_cores_used",
      "gc_ms",
      "disk_flushes_per_s",
      "disk_mb_per_s",
      "stolen_share",
      "errors",
      "machine_longest_pause_ms");

  @TempDir
  Path folder;

  /** The packaged program if the build says where it is, else the classes under test. */
  private static String classPath() {
    String jar = System.getProperty("balsa.examples.jar");
    String lib = System.getProperty("balsa.examples.lib");
    return jar != null && lib != null && Files.exists(Path.of(jar))
        ? jar + File.pathSeparator + lib + File.separator + "*"
        : System.getProperty("java.class.path");
  }

  private String bench(String arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "--enable-native-access=ALL-UNNAMED"));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    command.add("-Dbalsa.bench.dir=" + folder.resolve("data"));
    command.addAll(List.of("-cp", classPath(), Bench.class.getName()));
    command.addAll(List.of(arguments.split(" ", -1)));
    Path messages = folder.resolve("messages.txt");
    Process process =
        new ProcessBuilder(command).redirectError(messages.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor())
        .as("%s%n%s", output, Files.readString(messages))
        .isZero();
    return output;
  }

  private Map<String, @Nullable Object> measure(String arguments)
      throws IOException, InterruptedException {
    String output = bench(arguments);
    assertThat(output.lines()).as("one line and nothing else").hasSize(1);
    Map<String, @Nullable Object> line = JsonReader.object(output);
    assertThat(line)
        .as("%s", Files.readString(folder.resolve("messages.txt")))
        .doesNotContainKey("failed")
        .doesNotContainEntry("consistent", false)
        .containsKeys("system", "variant", "version");
    try (Stream<Path> left = Files.list(folder.resolve("data"))) {
      assertThat(left).as("folders that were left").isEmpty();
    }
    return line;
  }

  private static double number(Map<String, @Nullable Object> line, String field) {
    assertThat(line.get(field)).as(field).isInstanceOf(Double.class);
    return (Double) line.get(field);
  }

  @Test
  void writesInMemory() throws Exception {
    Map<String, @Nullable Object> line =
        measure("--mode write --variant memory --warmup 1 --seconds 4 --outstanding 64");
    assertThat(line)
        .containsKeys(LOAD_FIELDS.toArray(String[]::new))
        .containsEntry("fsync", false)
        .containsEntry("sync_mode", "UNSAFE_IN_MEMORY")
        .containsEntry("consistent", true);
    assertThat(number(line, "ops")).isPositive();
    assertThat(number(line, "alloc_bytes_per_op")).isPositive();
  }

  @Test
  void writesToDisksThroughSockets() throws Exception {
    Map<String, @Nullable Object> line =
        measure("--mode write --warmup 1 --seconds 4 --payload 128");
    assertThat(line)
        .containsKeys(LOAD_FIELDS.toArray(String[]::new))
        .containsEntry("fsync", true)
        .containsEntry("sync_mode", "SYNCED")
        .containsEntry("consistent", true);
    assertThat(number(line, "ops")).isPositive();
    assertNothingFailedWithoutElection(line);
  }

  /** A machine that stands still for long enough makes an election, whatever is measured. */
  private static void assertNothingFailedWithoutElection(Map<String, @Nullable Object> line) {
    if (number(line, "elections") == 0) {
      assertThat(line).as("%s", line.get("last_error")).containsEntry("errors", 0.0);
    }
  }

  @Test
  void snapshotsWhileKeysAreOverwritten() throws Exception {
    Map<String, @Nullable Object> line = measure(
        "--mode snapshot --variant memory --entries 20000 --outstanding 64 --warmup 1 --seconds 4");
    assertThat(line)
        .containsKeys(
            "apply_longest_ms", "apply_longest_gap_ms", "gc", "heap_state_mb", "heap_looks");
    assertThat(number(line, "ops")).isPositive();
  }

  @Test
  void readsAtFollowers() throws Exception {
    Map<String, @Nullable Object> line =
        measure("--mode read --readers follower --variant memory --warmup 1 --seconds 4");
    assertThat(line).containsEntry("readers", "follower");
    assertThat(number(line, "reads_per_s")).isPositive();
  }

  @Test
  void aKilledLeaderIsReplaced() throws Exception {
    Map<String, @Nullable Object> line = measure("--mode failover --rounds 1");
    assertThat(number(line, "median_ms")).isPositive();
    assertThat(line).containsEntry("silent", false);
  }

  @Test
  void aSilentLeaderIsReplaced() throws Exception {
    Map<String, @Nullable Object> line =
        measure("--mode failover --silent --rounds 1 --election-ms 300");
    assertThat(number(line, "max_ms")).isPositive();
    assertThat(line).containsEntry("silent", true).containsEntry("election_ms", 300.0);
  }

  @Test
  void nodesAreRestartedOneByOne() throws Exception {
    Map<String, @Nullable Object> line =
        measure("--mode rolling-restart --rounds 1 --entries 2000");
    assertThat(line)
        .containsEntry("restarts", 3.0)
        .containsEntry("failed_writes", 0.0)
        .containsEntry("consistent", true)
        .containsEntry("election_ms", "default");
    assertThat(number(line, "longest_gap_ms")).isPositive();
    assertThat(number(line, "writes")).isGreaterThanOrEqualTo(300);
  }

  @Test
  void restartedNodesHaveEverything() throws Exception {
    Map<String, @Nullable Object> line = measure("--mode restart --entries 2000");
    assertThat(number(line, "entries")).isEqualTo(2000);
    assertThat(number(line, "all_applied_s")).isPositive();
    assertThat(line).containsEntry("consistent", true).containsKey("disk_flushes");
    assertThat(line.get("settings")).asInstanceOf(MAP).containsEntry("snapshots", false);
  }

  @Test
  void aFollowerThatWasAwayCatchesUp() throws Exception {
    Map<String, @Nullable Object> line = measure("--mode catchup --entries 2000 --seconds 1");
    assertThat(number(line, "entries_per_s")).isPositive();
    assertThat(line)
        .containsKeys("ops_per_s_all_nodes", "ops_per_s_catching_up", "leader_drop_share")
        .containsEntry("consistent", true);
  }

  @Test
  void aLogThatIsCutAgainAndAgainIsLookedAt() throws Exception {
    Map<String, @Nullable Object> line =
        measure("--mode growth --entries 12000 --payload 16384 --outstanding 64 --warmup 1");
    assertThat(line).containsEntry("entries", 12_000.0).containsEntry("consistent", true);
    assertThat(line.get("windows")).asInstanceOf(LIST).singleElement().satisfies(window -> {
      assertThat(window)
          .asInstanceOf(MAP)
          .containsKeys("cpu_s_per_million_ops", "heap_live_mb", "disk_bytes_per_payload_byte");
      assertThat((Double) ((Map<?, ?>) window).get("folders_mb")).isPositive();
    });
  }

  @Test
  void severalGroupsAreWrittenTo() throws Exception {
    Map<String, @Nullable Object> line =
        measure("--mode groups --groups 2 --idle 1 --warmup 1 --seconds 4");
    assertThat(line).containsEntry("groups", 2.0);
    assertThat(line).containsKeys("heap_bytes_per_group", "threads", "idle_cores");
    assertThat(number(line, "ops")).isPositive();
  }

  @Test
  void theStoreIsMeasuredAloneAndAMatrixCompared() throws Exception {
    Path results = folder.resolve("results.jsonl");
    bench("matrix " + results + " --cells 128x8 --rounds 2 --warmup 0 --seconds 1");
    assertThat(Files.readAllLines(results)).hasSize(4);
    Path picture = folder.resolve("plot.svg");
    String tables = bench("compare " + results + " --svg " + picture);
    assertThat(tables)
        .contains("| cell | balsa | limit rocksdb-packed |", "| 128 B x 8 |")
        .doesNotContain("not counted");
    assertThat(picture).content().startsWith("<svg").contains("limit rocksdb-packed");
  }

  @Test
  void aMistakeOnTheCommandLineIsToldWithExitCodeTwo() {
    assertThat(Bench.run(List.of("--mode", "fly"), System.out, System.err)).isEqualTo(2);
    assertThat(Bench.run(List.of("compare"), System.out, System.err)).isEqualTo(2);
    assertThat(Bench.run(List.of("matrix"), System.out, System.err)).isEqualTo(2);
  }
}
