package io.github.balsaraft.examples.kv.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.examples.kv.command.Session;
import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.examples.kv.testing.TestServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bad input, too much of it, and too many clients cost those who send it, and nobody else. */
class ClientLimitsTest extends ServerTest {

  @Test
  void aValueOverTheLimitIsRefusedAndNothingIsProposed() {
    String large = "v".repeat(TestServer.MAX_VALUE_BYTES + 1);
    try (RespClient client = server.connect()) {
      assertThat(client.call("SET", "a", large))
          .startsWith("-ERR ")
          .contains(String.valueOf(TestServer.MAX_VALUE_BYTES));
      assertThat(backend().proposed()).isEmpty();
      assertThat(client.call("SET", "a", large.substring(1))).isEqualTo("+OK");
      assertThat(client.call("APPEND", "a", "v"))
          .isEqualTo("-ERR string exceeds maximum allowed size (see --max-value)");
    }
  }

  @Test
  void garbageIsAnsweredAndCutOffWhileOthersGoOn() {
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(log, true, UTF_8));
    try (RespClient good = server.connect();
        RespClient bad = server.connect()) {
      bad.sendRaw("PING\r\n\u0001\u0002 garbage\r\n" + "more garbage ".repeat(10_000));

      assertThat(bad.readReply()).isEqualTo("+PONG");
      assertThat(bad.readReply()).startsWith("-ERR Protocol error: ");
      assertThat(bad.isClosedByServer()).isTrue();
      assertThat(good.call("PING")).isEqualTo("+PONG");
    } finally {
      System.setErr(before);
    }
    expectNoClients();
    assertThat(server.server().cutOffs().count()).isEqualTo(1);
    assertThat(log.toString(UTF_8).lines())
        .singleElement(STRING)
        .contains("closing the connection of client ", "ERR Protocol error: ", "(1 so far)");
  }

  @Test
  void whatABrowserSendsIsCutOffWithoutAWord() {
    try (RespClient line = server.connect();
        RespClient array = server.connect()) {
      line.sendRaw("PING\r\nPOST / HTTP/1.1\r\nSET a 1\r\n");
      array.send("PING").send("Host:", "localhost").send("SET", "a", "1");
      for (RespClient client : List.of(line, array)) {
        assertThat(client.readReply()).isEqualTo("+PONG");
        assertThat(client.isClosedByServer()).isTrue();
      }
    }
    expectNoClients();
    assertThat(backend().proposed()).isEmpty();
    assertThat(server.server().cutOffs().count()).isEqualTo(2);
  }

  @Test
  void aFailureOfTheServerItselfCostsOneConnectionAndNotTheServer() {
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(log, true, UTF_8));
    try (RespClient good = server.connect();
        RespClient unlucky = server.connect()) {
      // To tell why nobody took the command, the server looks at the status.
      backend().failProposals(new NotLeaderException(null, "no leader"));
      backend().failStatus(new IllegalStateException("a bug"));
      unlucky.sendRaw(pipeline("SET a 1", "PING"));

      assertThat(unlucky.isClosedByServer()).isTrue();
      assertThat(good.call("PING")).isEqualTo("+PONG");
    } finally {
      System.setErr(before);
    }
    expectNoClients();
    assertThat(server.server().cutOffs().count()).isEqualTo(1);
    assertThat(log.toString(UTF_8).lines())
        .singleElement(STRING)
        .contains("java.lang.IllegalStateException: a bug at ", "(1 so far)");
  }

  @Test
  void aMessageThatNobodyExpectsClosesTheConnectionAndIsReleased() {
    EmbeddedChannel channel = new EmbeddedChannel();
    Session session = new Session(7, channel.remoteAddress(), channel.localAddress(), 0);
    channel.pipeline().addLast(new ClientConnection(server.server(), channel, session));
    ByteBuf stranger = Unpooled.buffer().writeByte(1);

    channel.writeInbound(stranger);
    channel.pipeline().fireChannelRead(new Object());

    assertThat(channel.isOpen()).isFalse();
    assertThat(stranger.refCnt()).isZero();
    assertThat(server.server().cutOffs().count()).isEqualTo(1);
  }

  @Test
  void tooManyClientsAreTurnedAway() {
    restart(TestServer.start(settings -> settings.maxClients(2)));
    try (RespClient one = server.connect();
        RespClient two = server.connect();
        RespClient three = server.connect()) {
      assertThat(one.call("PING")).isEqualTo("+PONG");
      assertThat(two.call("PING")).isEqualTo("+PONG");
      assertThat(three.readReply()).isEqualTo("-ERR max number of clients reached");
      assertThat(three.isClosedByServer()).isTrue();
    }
    expectNoClients();
    try (RespClient again = server.connect()) {
      assertThat(again.call("PING")).isEqualTo("+PONG");
    }
  }

  @Test
  void quitAnswersAndCloses() {
    try (RespClient client = server.connect()) {
      client.sendRaw(pipeline("SET a 1", "QUIT", "SET a 2"));

      assertThat(client.readReplies(2)).containsExactly("+OK", "+OK");
      assertThat(client.isClosedByServer()).isTrue();
    }
    assertThat(backend().proposed()).hasSize(1);
  }

  @Test
  void whatIsKeptOrRepeatedForAClientIsShort() {
    try (RespClient client = server.connect()) {
      String long1 = "n".repeat(1025);
      for (String[] command : new String[][] {
        {"CLIENT", "SETNAME", long1},
        {"CLIENT", "SETINFO", "LIB-NAME", long1},
        {"CLIENT", "SETINFO", "lib-ver", long1},
        {"HELLO", "2", "SETNAME", long1},
      }) {
        assertThat(client.call(command)).isEqualTo("-ERR a name has at most 1024 bytes");
      }
      assertThat(client.call("CLIENT", "SETINFO", "LIB-NAME", "a b")).startsWith("-ERR LIB-NAME ");
      String id = client.call("CLIENT", "ID").substring(1);
      assertThat(client.call("CLIENT", "LIST", "ID", id, id, id))
          .isEqualTo(client.call("CLIENT", "LIST", "ID", id));
      assertThat(client.call("INFO", "clients", "clients", "all", "everything"))
          .containsOnlyOnce("# Clients")
          .containsOnlyOnce("# Server");
      assertThat(client.call("KEYS", long1)).isEqualTo("-ERR a pattern has at most 1024 bytes");
      assertThat(client.call("SCAN", "0", "MATCH", long1))
          .isEqualTo("-ERR a pattern has at most 1024 bytes");
    }
  }
}
