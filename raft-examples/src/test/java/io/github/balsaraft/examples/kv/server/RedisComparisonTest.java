package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.examples.kv.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Commands with the replies that Redis gives. {@link RedisComparisonIT} asks a real one. */
class RedisComparisonTest {

  private static final Path RECORDED = Path.of("src/test/testdata/redis-replies.txt");

  record Exchange(String command, String reply) {}

  @Test
  void ourServerAnswersAsRedisDoes() {
    try (TestServer server = TestServer.start()) {
      assertThat(replay(server.server().port())).containsExactlyElementsOf(recorded());
    }
  }

  static List<Exchange> recorded() {
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

  static List<Exchange> replay(int port) {
    List<Exchange> exchanges = new ArrayList<>();
    try (RespClient client = new RespClient(port)) {
      for (Exchange exchange : recorded()) {
        client.sendRaw(exchange.command() + "\r\n");
        exchanges.add(new Exchange(exchange.command(), client.readReply()));
      }
    }
    return exchanges;
  }
}
