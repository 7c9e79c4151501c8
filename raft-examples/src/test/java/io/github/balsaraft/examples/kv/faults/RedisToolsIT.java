package io.github.balsaraft.examples.kv.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The tools that come with Redis, where they are installed, against three servers. */
class RedisToolsIT {

  private static final int PATIENCE_SECONDS = 60;

  /** For tests without failover: these programs give up at the first refusal, and no machine stands still for so long. */
  private static final String[] SAME_LEADER = {"--election-timeout", "4000"};

  @RegisterExtension
  final Clusters clusters = new Clusters();

  @TempDir
  Path folder;

  @Test
  @Timeout(120)
  void whatRedisCliSetsAtOneServerItGetsAtAnother() throws Exception {
    assumeInstalled("redis-cli");
    KvCluster cluster = clusters.start(3, SAME_LEADER);
    cluster.nodes().forEach(node -> Clusters.reply(cluster, node, "GET", "color"));

    assertThat(redisCli(cluster.node("n1"), "set", "color", "green")).containsExactly("OK");
    for (KvProcess node : cluster.nodes()) {
      assertThat(redisCli(node, "get", "color")).containsExactly("green");
      assertThat(redisCli(node, "-3", "get", "color")).contains("green");
    }
    assertThat(redisCli(cluster.node("n2"), "incr", "count")).containsExactly("1");
    assertThat(redisCli(cluster.node("n3"), "info", "raft"))
        .anyMatch(line -> line.startsWith("role:"))
        .contains("members:n1,n2,n3");
  }

  @Test
  @Timeout(120)
  void redisCliFollowsTheLeaderAsInACluster() throws Exception {
    assumeInstalled("redis-cli");
    KvCluster cluster = clusters.start(3, "--redirect");

    assertThat(repeated(follower(cluster), "-c", "set", "color", "green")).contains("OK");
    cluster.awaitLeader().kill();
    cluster.awaitLeader();
    for (KvProcess node : cluster.nodes()) {
      if (node.isRunning()) {
        assertThat(repeated(node, "-c", "get", "color")).contains("green");
      }
    }
  }

  @Test
  @Timeout(120)
  void redisBenchmarkEndsWithoutErrors() throws Exception {
    assumeInstalled("redis-benchmark");
    KvCluster cluster = clusters.start(3, SAME_LEADER);
    cluster.nodes().forEach(node -> Clusters.reply(cluster, node, "GET", "color"));
    for (KvProcess node : List.of(cluster.awaitLeader(), follower(cluster))) {
      List<String> lines = successOf(run(List.of(
          "redis-benchmark",
          "-p",
          String.valueOf(node.port()),
          "-t",
          "set,get",
          "-d",
          "256",
          "-c",
          "16",
          "-P",
          "8",
          "-n",
          "20000",
          "--csv")));
      assertThat(lines).anyMatch(line -> line.startsWith("\"SET\""));
      assertThat(lines).anyMatch(line -> line.startsWith("\"GET\""));
      assertThat(lines)
          .noneMatch(line -> line.toLowerCase(java.util.Locale.ROOT).contains("err"));
      Clusters.report("RedisToolsIT, redis-benchmark at " + node, lines.toArray(String[]::new));
    }
  }

  private static KvProcess follower(KvCluster cluster) {
    return cluster.othersThan(cluster.awaitLeader()).get(0);
  }

  private List<String> redisCli(KvProcess node, String... words)
      throws IOException, InterruptedException {
    return successOf(run(redisCliCommand(node, words)));
  }

  /** Of a command that may be executed twice, while leaders change: it is repeated after a refusal that this explains. */
  private List<String> repeated(KvProcess node, String... words)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    Run run = run(redisCliCommand(node, words));
    // It exits with an error if it was sent on to a server that has gone.
    while ((run.exitCode() != 0 || Clusters.areRefused(run.lines())) && System.nanoTime() < end) {
      run = run(redisCliCommand(node, words));
    }
    return successOf(run);
  }

  private static List<String> redisCliCommand(KvProcess node, String... words) {
    List<String> command = new ArrayList<>(List.of("redis-cli", "-p", String.valueOf(node.port())));
    command.addAll(List.of(words));
    return command;
  }

  /** How a program ended, and what it printed. */
  private record Run(int exitCode, List<String> lines) {}

  private static List<String> successOf(Run run) {
    assertThat(run.exitCode()).as("exit code; printed: %s", run.lines()).isZero();
    return run.lines();
  }

  private Run run(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "output", "");
    Process process = new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
          .as("ended")
          .isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Run(process.exitValue(), Files.readAllLines(output));
  }

  private static void assumeInstalled(String program) {
    boolean installed =
        List.of(String.valueOf(System.getenv("PATH")).split(File.pathSeparator)).stream()
            .anyMatch(entry -> !entry.isEmpty() && Files.isExecutable(Path.of(entry, program)));
    if (!installed) {
      System.out.println("SKIPPED RedisToolsIT: " + program + " is not installed");
    }
    assumeTrue(installed, program + " is not installed");
  }
}
