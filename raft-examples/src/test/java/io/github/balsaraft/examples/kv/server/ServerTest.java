package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.FakeBackend;
import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.examples.kv.testing.TestServer;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** A server with a backend that does what the test wants, closed after each test. */
abstract class ServerTest {

  static final Duration PATIENCE = Duration.ofSeconds(20);

  TestServer server = TestServer.start();

  @AfterEach
  void stop() {
    server.close();
  }

  FakeBackend backend() {
    return server.backend();
  }

  void restart(TestServer another) {
    server.close();
    server = another;
  }

  static byte[] pipeline(String... commands) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String command : commands) {
      bytes.writeBytes(RespClient.encode(command.split(" ")));
    }
    return bytes.toByteArray();
  }

  /** All are gone, and what they had taken from the memory budget is back. */
  void expectNoClients() {
    assertThat(server.server().awaitNoClients(PATIENCE)).isTrue();
    assertThat(server.server().sessions()).isEmpty();
    assertThat(server.server().budget().usedBytes()).isZero();
  }
}
