package io.github.balsaraft.examples.kv.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.examples.kv.testing.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** Clients that don't go on hold memory of all others: they are given up after a while, and the others go on. */
class StalledClientsTest extends ServerTest {

  private static final Duration STALL = Duration.ofMillis(200);
  private static final String LARGE = "v".repeat(TestServer.MAX_VALUE_BYTES);
  private static final long BUDGET = 300_000;

  /** Looks again and again by means of a client that does go on. */
  private void awaitCutOff(RespClient other) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (server.server().cutOffs().count() == 0 && System.nanoTime() - deadline < 0) {
      assertThat(other.call("PING")).isEqualTo("+PONG");
    }
    assertThat(server.server().cutOffs().count()).isEqualTo(1);
  }

  @Test
  void aClientThatTakesNoneOfItsRepliesIsCutOff() {
    restart(TestServer.start(settings -> settings.stallTimeout(STALL)));
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(log, true, UTF_8));
    try (RespClient stalled = server.connect();
        RespClient other = server.connect()) {
      assertThat(other.call("SET", "large", LARGE)).isEqualTo("+OK");
      // More than the system's buffers hold.
      stalled.sendRaw(pipeline(Collections.nCopies(1000, "GET large").toArray(String[]::new)));

      awaitCutOff(other);
      assertThat(other.call("GET", "large")).hasSize(LARGE.length() + 2);
    } finally {
      System.setErr(before);
    }
    expectNoClients();
    assertThat(log.toString(UTF_8))
        .contains("closing the connection of client ", "takes none of the replies");
  }

  @Test
  void halfOfACommandIsKeptForAsLongAsThereIsMemory() {
    restart(TestServer.start(settings -> settings.stallTimeout(Duration.ofMillis(1))));
    try (RespClient slow = server.connect();
        RespClient other = server.connect()) {
      byte[] command = RespClient.encode("SET", "large", LARGE);
      slow.sendRaw(Arrays.copyOf(command, command.length - 100));
      for (int i = 0; i < 1000; i++) {
        assertThat(other.call("PING")).isEqualTo("+PONG");
      }
      slow.sendRaw(Arrays.copyOfRange(command, command.length - 100, command.length));
      assertThat(slow.readReply()).isEqualTo("+OK");
    }
    expectNoClients();
    assertThat(server.server().cutOffs().count()).isZero();
  }

  @Test
  void halfOfACommandIsGivenUpOnceMemoryIsShort() {
    restart(TestServer.start(settings -> settings.stallTimeout(STALL).maxPendingBytes(BUDGET)));
    try (RespClient stalled = server.connect();
        RespClient other = server.connect()) {
      byte[] command = RespClient.encode("SET", "large", LARGE);
      stalled.sendRaw(Arrays.copyOf(command, command.length - 100));

      awaitCutOff(other);
    }
    expectNoClients();
  }

  @Test
  void aTransactionThatIsLeftOpenIsGivenUpOnceMemoryIsShort() {
    restart(TestServer.start(settings -> settings.stallTimeout(STALL).maxPendingBytes(BUDGET)));
    try (RespClient stalled = server.connect();
        RespClient other = server.connect()) {
      assertThat(stalled.call("MULTI")).isEqualTo("+OK");
      assertThat(stalled.call("SET", "large", LARGE)).isEqualTo("+QUEUED");

      awaitCutOff(other);
    }
    expectNoClients();
  }

  @Test
  void aClientThatWaitsForItsReplyIsNotGivenUp() {
    restart(TestServer.start(
        settings -> settings.stallTimeout(Duration.ofMillis(1)).maxPendingBytes(BUDGET)));
    try (RespClient waiting = server.connect();
        RespClient other = server.connect()) {
      backend().hold();
      waiting.send("WATCH", "a").send("SET", "large", LARGE);
      for (int i = 0; i < 1000; i++) {
        assertThat(other.call("PING")).isEqualTo("+PONG");
      }
      backend().release();
      assertThat(waiting.readReplies(2)).containsExactly("+OK", "+OK");
    }
    expectNoClients();
    assertThat(server.server().cutOffs().count()).isZero();
  }

  @Test
  void withoutMemoryForValuesShortCommandsAreStillAnswered() {
    restart(TestServer.start(settings -> settings.maxPendingBytes(BUDGET)));
    try (RespClient first = server.connect();
        RespClient second = server.connect();
        RespClient third = server.connect();
        RespClient other = server.connect()) {
      backend().hold();
      for (RespClient client : new RespClient[] {first, second}) {
        client.send("SET", "large", LARGE);
      }
      // As much as there is for it: all but what is kept for short commands.
      third.send(
          "SET", "large", "v".repeat((int) (BUDGET - BUDGET / 16 - 2L * LARGE.length() - 5_000)));
      while (server.server().budget().usedBytes() < BUDGET - BUDGET / 16 - 5_000) {
        assertThat(other.call("PING")).isEqualTo("+PONG");
      }
      assertThat(other.call("SET", "large", "v".repeat(10_000)))
          .isEqualTo("-TRYAGAIN this server holds too many bytes of unanswered commands");
      assertThat(other.call("PING")).isEqualTo("+PONG");
      assertThat(other.call("RAFT", "STATUS")).startsWith("[");
      backend().release();
    }
    expectNoClients();
  }
}
