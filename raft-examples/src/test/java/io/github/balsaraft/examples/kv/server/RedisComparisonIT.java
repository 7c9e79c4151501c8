package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.balsaraft.examples.kv.server.RedisRecord.Exchange;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whether a Redis 7.0, where one is installed, gives the replies that {@link RedisComparisonTest} expects of our server. With
 * {@code -Drewrite=true} its replies become the record.
 */
class RedisComparisonIT {

  private static final String VERSION = " v=7.0.";

  @TempDir
  Path folder;

  @Test
  void theRecordIsWhatRedisAnswers() throws Exception {
    assertRecorded(RedisRecord.plain(), "no");
  }

  @Test
  void theRecordOfAClusterIsWhatRedisAnswers() throws Exception {
    assertRecorded(RedisRecord.ofCluster(), "yes");
  }

  private void assertRecorded(RedisRecord record, String inCluster) throws Exception {
    String unfit = isInstalled() ? otherVersion() : "redis-server is not installed";
    if (!unfit.isEmpty()) {
      System.out.println("SKIPPED RedisComparisonIT: " + unfit);
    }
    assumeTrue(unfit.isEmpty(), unfit);
    int port;
    int clusterPort;
    // Both at the same time, or they might be one.
    try (ServerSocket one = anyPort();
        ServerSocket another = anyPort()) {
      port = one.getLocalPort();
      clusterPort = another.getLocalPort();
    }
    Process redis = new ProcessBuilder(
            "redis-server",
            "--port",
            String.valueOf(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--cluster-enabled",
            inCluster,
            // By default it would be ten thousand more, which is no port if ours is a high one.
            "--cluster-port",
            String.valueOf(clusterPort))
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .start();
    try {
      awaitListening(redis);
      List<Exchange> replies = record.replay(port);
      if (Boolean.getBoolean("rewrite")) {
        record.rewrite(replies);
      }
      assertThat(replies).containsExactlyElementsOf(record.recorded());
    } finally {
      redis.destroy();
      if (!redis.waitFor(5, TimeUnit.SECONDS)) {
        redis.destroyForcibly();
      }
    }
  }

  private static boolean isInstalled() {
    String path = String.valueOf(System.getenv("PATH"));
    for (String entry : path.split(File.pathSeparator, -1)) {
      if (!entry.isEmpty() && Files.isExecutable(Path.of(entry, "redis-server"))) {
        return true;
      }
    }
    return false;
  }

  /** What keeps the installed one from being compared: others answer differently here and there. Empty if nothing does. */
  private static String otherVersion() throws IOException, InterruptedException {
    Process asked = new ProcessBuilder("redis-server", "--version")
        .redirectErrorStream(true)
        .start();
    String version = String.join(" ", asked.inputReader().lines().toList());
    assertThat(asked.waitFor()).as(version).isZero();
    return version.contains(VERSION) ? "" : "the record is of a Redis" + VERSION + "x: " + version;
  }

  private static ServerSocket anyPort() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  /** Reads what it says, until it says that it listens; bounded by the time that JUnit gives a test. */
  private static void awaitListening(Process redis) throws IOException {
    // Left open: a server whose output nobody takes would be stopped by it, or block.
    BufferedReader output = redis.inputReader();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      // "Ready to accept connections", with a capital or without, as the version has it.
      if (line.contains("eady to accept connections")) {
        return;
      }
    }
    throw new AssertionError("redis-server ended before it listened");
  }
}
