package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.examples.kv.testing.TestServer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands with the replies that Redis gives: from our server, and from a Redis where one is installed. */
class RedisComparisonTest {

  private static final Path RECORDED = Path.of("src/test/testdata/redis-replies.txt");

  @TempDir
  Path folder;

  private record Exchange(String command, String reply) {}

  @Test
  void ourServerAnswersAsRedisDoes() {
    try (TestServer server = TestServer.start()) {
      assertThat(replay(server.server().port())).containsExactlyElementsOf(recorded());
    }
  }

  @Test
  void theRecordIsWhatRedisAnswers() throws Exception {
    boolean installed = isInstalled();
    if (!installed) {
      System.out.println(
          "SKIPPED RedisComparisonTest.theRecordIsWhatRedisAnswers: redis-server is not installed");
    }
    assumeTrue(installed, "redis-server is not installed");
    int port = freePort();
    Process redis = new ProcessBuilder(
            "redis-server",
            "--port",
            String.valueOf(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no")
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("redis.log").toFile())
        .start();
    try {
      awaitListening(port, redis);
      assertThat(replay(port)).containsExactlyElementsOf(recorded());
    } finally {
      redis.destroy();
      if (!redis.waitFor(5, TimeUnit.SECONDS)) {
        redis.destroyForcibly();
      }
    }
  }

  private static List<Exchange> recorded() {
    List<Exchange> exchanges = new ArrayList<>();
    String command = "";
    try {
      for (String line : Files.readAllLines(RECORDED)) {
        if (line.startsWith("> ")) {
          command = line.substring(2);
        } else if (!line.isEmpty() && !line.startsWith("#")) {
          exchanges.add(new Exchange(command, line));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(exchanges).hasSizeGreaterThan(100);
    return exchanges;
  }

  private static List<Exchange> replay(int port) {
    List<Exchange> exchanges = new ArrayList<>();
    try (RespClient client = new RespClient(port)) {
      for (Exchange exchange : recorded()) {
        client.sendRaw(exchange.command() + "\r\n");
        exchanges.add(new Exchange(exchange.command(), client.readReply()));
      }
    }
    return exchanges;
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

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Bounded by the time that JUnit gives a test. */
  private static void awaitListening(int port, Process redis) {
    while (redis.isAlive()) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(socket.isConnected()).isTrue();
        return;
      } catch (IOException e) {
        LockSupport.parkNanos(10_000_000);
      }
    }
    throw new AssertionError("redis-server ended with exit code " + redis.exitValue());
  }
}
