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

  @RegisterExtension
  final Clusters clusters = new Clusters();

  @TempDir
  Path folder;

  @Test
  @Timeout(120)
  void whatRedisCliSetsAtOneServerItGetsAtAnother() throws Exception {
    assumeInstalled("redis-cli");
    KvCluster cluster = clusters.start(3);

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

    assertThat(redisCli(follower(cluster), "-c", "set", "color", "green")).contains("OK");
    cluster.awaitLeader().kill();
    cluster.awaitLeader();
    for (KvProcess node : cluster.nodes()) {
      if (node.isRunning()) {
        assertThat(redisCli(node, "-c", "get", "color")).contains("green");
      }
    }
  }

  @Test
  @Timeout(120)
  void redisBenchmarkEndsWithoutErrors() throws Exception {
    assumeInstalled("redis-benchmark");
    KvCluster cluster = clusters.start(3);
    for (KvProcess node : List.of(cluster.awaitLeader(), follower(cluster))) {
      List<String> lines = run(List.of(
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
          "--csv"));
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
    List<String> command = new ArrayList<>(List.of("redis-cli", "-p", String.valueOf(node.port())));
    command.addAll(List.of(words));
    return run(command);
  }

  /** Runs a program to its successful end and answers what it printed. */
  private List<String> run(List<String> command) throws IOException, InterruptedException {
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
    List<String> lines = Files.readAllLines(output);
    assertThat(process.exitValue()).as("exit code; printed: %s", lines).isZero();
    return lines;
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
