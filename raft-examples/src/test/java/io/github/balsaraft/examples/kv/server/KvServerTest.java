package io.github.balsaraft.examples.kv.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.examples.kv.command.Session;
import io.github.balsaraft.examples.kv.testing.FakeBackend;
import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.examples.kv.testing.TestServer;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.transport.PeerConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client sees when the cluster behind the server does well, fails, or takes its time. */
class KvServerTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private TestServer server = TestServer.start();

  @AfterEach
  void stop() {
    server.close();
  }

  private FakeBackend backend() {
    return server.backend();
  }

  private void restart(TestServer another) {
    server.close();
    server = another;
  }

  // Order.

  @Test
  void aPipelineIsAnsweredInItsOrder() {
    try (RespClient client = server.connect()) {
      client.sendRaw(pipeline(
          "SET a 1",
          "GET a",
          "PING",
          "SET a 2",
          "nonsense",
          "GET a",
          "CLIENT GETNAME",
          "INCR a",
          "MGET a b",
          "SET a",
          "GET a",
          "DBSIZE"));

      assertThat(client.readReplies(12))
          .containsExactly(
              "+OK",
              "\"1\"",
              "+PONG",
              "+OK",
              "-ERR unknown command 'nonsense', with args beginning with: ",
              "\"2\"",
              "nil",
              ":3",
              "[\"3\", nil]",
              "-ERR wrong number of arguments for 'set' command",
              "\"3\"",
              ":1");
    }
  }

  @Test
  void theSameHoldsIfTheBackendAnswersAtOnce() {
    backend().completeAtOnce(true);
    aPipelineIsAnsweredInItsOrder();
  }

  /** Neighbouring writes share an entry, reads between them ride along, reads behind them are a read of their own. */
  @Test
  void aPipelineNeedsFewProposals() {
    try (RespClient client = server.connect()) {
      client.sendRaw(pipeline("SET a 1", "GET a", "INCR a", "GET a", "GET b"));

      assertThat(client.readReplies(5)).containsExactly("+OK", "\"1\"", ":2", "\"2\"", "nil");
    }
    assertThat(backend().proposed()).hasSize(1);
    assertThat(backend().proposed().get(0).operations()).hasSize(3);
    assertThat(backend().reads()).containsExactly(ReadConsistency.LEASE);
  }

  /** Each of these values fits into an answer, all of them don't: the rest is proposed again. */
  @Test
  void readsBetweenWritesMayHaveLargeValues() {
    String value = "v".repeat(90_000);
    int count = 40;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(RespClient.encode("SET", "k", value));
    for (int i = 0; i < count; i++) {
      bytes.writeBytes(RespClient.encode("GET", "k"));
      bytes.writeBytes(RespClient.encode("INCR", "n"));
    }
    try (RespClient client = server.connect()) {
      client.sendRaw(bytes.toByteArray());

      assertThat(client.readReply()).isEqualTo("+OK");
      for (int i = 1; i <= count; i++) {
        assertThat(client.readReply()).hasSize(value.length() + 2);
        assertThat(client.readReply()).isEqualTo(":" + i);
      }
    }
    assertThat(backend().proposed()).hasSizeGreaterThan(3);
  }

  @Test
  void aClientThatDoesNotReadIsNotReadFrom() {
    String value = "v".repeat(90_000);
    int reads = 3000;
    try (RespClient client = server.connect()) {
      assertThat(client.call("SET", "k", value)).isEqualTo("+OK");
      // 270 MB of replies; the server must hold back most of them until the client takes them.
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int i = 0; i < reads; i++) {
        bytes.writeBytes(RespClient.encode("MGET", "k", "k"));
      }
      client.sendRaw(bytes.toByteArray());
      try (RespClient other = server.connect()) {
        assertThat(other.call("PING")).isEqualTo("+PONG");
      }
      for (int i = 0; i < 200; i++) {
        assertThat(client.readReply()).hasSize(2 * value.length() + 8);
      }
    }
    expectNoClients();
  }

  @Test
  void aClientThatClosesItsSideStillGetsItsReplies() throws InterruptedException {
    backend().hold();
    try (RespClient client = server.connect()) {
      client.sendRaw("set a 1\nget a\n").endInput();
      backend().awaitProposed(1);
      backend().release();

      assertThat(client.readReplies(2)).containsExactly("+OK", "\"1\"");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Test
  void connectionsDoNotWaitForEachOther() throws InterruptedException {
    try (RespClient slow = server.connect();
        RespClient quick = server.connect()) {
      backend().hold();
      slow.send("SET", "a", "1");
      backend().awaitProposed(1);

      assertThat(quick.call("PING")).isEqualTo("+PONG");
      backend().release();
      assertThat(slow.readReply()).isEqualTo("+OK");
    }
  }

  // Reads from the local copy.

  @Test
  void readOnlyConnectionsReadTheLocalCopyUntilTheySayOtherwise() {
    backend().failReads(new ReadNotServedException("no leader"));
    backend().failProposals(new NotLeaderException(null, "no leader"));
    backend().setStatus(Role.FOLLOWER, null, List.of(), Optional.empty());
    try (RespClient client = server.connect()) {
      assertThat(client.call("GET", "a")).startsWith("-CLUSTERDOWN no quorum: ");
      assertThat(client.call("READONLY")).isEqualTo("+OK");
      assertThat(client.call("GET", "a")).isEqualTo("nil");
      client.sendRaw(pipeline("GET a", "SET a 1", "GET a", "SET a 2", "DBSIZE"));
      assertThat(client.readReplies(5))
          .satisfiesExactly(
              reply -> assertThat(reply).isEqualTo("nil"),
              reply -> assertThat(reply).startsWith("-CLUSTERDOWN"),
              reply -> assertThat(reply).isEqualTo("nil"),
              reply -> assertThat(reply).startsWith("-CLUSTERDOWN"),
              reply -> assertThat(reply).isEqualTo(":0"));
      assertThat(client.call("READWRITE")).isEqualTo("+OK");
      assertThat(client.call("GET", "a")).startsWith("-CLUSTERDOWN");
      assertThat(client.call("READONLY")).isEqualTo("+OK");
      assertThat(client.call("RESET")).isEqualTo("+RESET");
      assertThat(client.call("GET", "a")).startsWith("-CLUSTERDOWN");
    }
  }

  @Test
  void infoSaysHowItIs() {
    backend().setStatus(Role.FOLLOWER, "n2", List.of("n2"), Optional.of(Duration.ofMillis(35)));
    try (RespClient client = server.connect()) {
      assertThat(client.call("INFO", "raft"))
          .contains(
              "# Raft\\x0d\\x0aid:n1\\x0d\\x0arole:follower\\x0d\\x0aterm:4\\x0d\\x0aleader:n2\\x0d\\x0a",
              "leader_address:127.0.0.1:7002\\x0d\\x0a",
              "members:n1,n2,n3\\x0d\\x0a",
              "durability:unsafe_in_memory\\x0d\\x0a",
              "local_read_staleness_ms:35\\x0d\\x0a",
              "lease_reads_granted:0\\x0d\\x0alease_reads_refused:0\\x0d\\x0a",
              "dropped_messages:0\\x0d\\x0amisdirected_messages:0\\x0d\\x0a",
              "explain:n2 and n3 are missing\\x0d\\x0a");
      assertThat(client.call("INFO")).contains("# Server", "# Clients", "# Raft", "# Keyspace");
      assertThat(client.call("INFO", "replication"))
          .contains(
              "role:slave", "master_host:127.0.0.1", "master_port:7002", "master_link_status:up");
    }
  }

  /** Two looks may differ: the numbers must not contradict the sentence beside them. */
  @Test
  void whatIsShownTogetherIsFromOneLook() {
    backend().setStatus(Role.FOLLOWER, null, List.of(), Optional.of(Duration.ofMillis(35)));
    backend().failProposals(new NotLeaderException(null, "no leader"));
    backend().failReads(new ReadNotServedException("no leader"));
    try (RespClient client = server.connect()) {
      int before = backend().looks();
      assertThat(client.call("INFO", "raft")).contains("explain:");
      assertThat(backend().looks()).isEqualTo(before + 1);
      assertThat(client.call("SET", "a", "1")).startsWith("-CLUSTERDOWN");
      assertThat(backend().looks()).isEqualTo(before + 2);
      assertThat(client.call("GET", "a")).startsWith("-CLUSTERDOWN");
      assertThat(backend().looks()).isEqualTo(before + 3);
    }
  }

  // Failures.

  @Test
  void whatWasCertainlyNotExecutedNeverSaysUnknown() {
    HostId leader = new HostId("n2");
    Optional<Duration> justNow = Optional.of(Duration.ofMillis(7));
    backend().setStatus(Role.FOLLOWER, null, List.of("n2"), justNow);
    expectOnWrite(
        new NotLeaderException(null, "no leader"),
        "-TRYAGAIN an election is under way: n2 and n3 are missing");
    backend().setStatus(Role.FOLLOWER, null, List.of(), justNow);
    expectOnWrite(
        new NotLeaderException(null, "no leader"), "-CLUSTERDOWN no quorum: n2 and n3 are missing");
    backend()
        .setStatus(Role.FOLLOWER, null, List.of("n2", "n3"), Optional.of(Duration.ofMinutes(1)));
    expectOnWrite(
        new NotLeaderException(null, "no leader"), "-CLUSTERDOWN no quorum: n2 and n3 are missing");
    backend().setStatus(Role.FOLLOWER, "n2", List.of("n2", "n3"), justNow);
    expectOnWrite(
        new NotLeaderException(leader, "it has changed"),
        "-TRYAGAIN the leader did not take it: it has changed");
    expectOnWrite(
        new OverloadedException("the queue is full", Duration.ofSeconds(1)),
        "-TRYAGAIN overloaded: the queue is full");
    expectOnWrite(
        new ShuttingDownException(), "-TRYAGAIN this server is shutting down; use another one");
    expectOnWrite(
        new CommandTooLargeException(10, 5),
        "-ERR the command has 10 bytes, the limit is 5 (see --max-value)");
    expectOnWrite(
        new NodeFailedException("a sync failed"),
        "-CLUSTERDOWN this server has stopped taking part, use another one: a sync failed");
    backend().setHealth(Health.FAILED);
    expectOnWrite(
        new NotLeaderException(null, "failed"),
        "-CLUSTERDOWN this server has stopped taking part, use another one: a sync failed");
    backend().setHealth(Health.BEING_BORN);
    backend().setStatus(Role.FOLLOWER, null, List.of(), Optional.empty());
    expectOnWrite(
        new NotLeaderException(null, "not born"), "-CLUSTERDOWN no quorum: n2 and n3 are missing");
  }

  private void expectOnWrite(RuntimeException failure, String reply) {
    backend().failProposals(failure);
    try (RespClient client = server.connect()) {
      assertThat(client.call("SET", "a", "1")).isEqualTo(reply);
    }
  }

  @Test
  void whatMayHaveBeenExecutedSaysUnknown() {
    expectOnWrite(
        new OutcomeUnknownException("leadership was lost"),
        "-UNKNOWN the command may or may not be executed: leadership was lost");
    expectOnWrite(
        new IllegalStateException("a bug"),
        "-UNKNOWN the command may or may not be executed: a bug");
  }

  /** It hasn't reached anybody yet, which doesn't mean that nobody is there. */
  @Test
  void aServerThatHasJustStartedDoesNotCallTheOthersMissing() {
    for (PeerConnection.State unsettled :
        List.of(PeerConnection.State.UNKNOWN, PeerConnection.State.CONNECTING)) {
      backend().setUnconnected(unsettled);
      backend().setStatus(Role.FOLLOWER, null, List.of(), Optional.empty());
      expectOnWrite(
          new NotLeaderException(null, "no leader"),
          "-TRYAGAIN an election is under way: n2 and n3 are missing");
      // Later the same connections are a reason: there was a leader, and now nobody is reached.
      backend().setStatus(Role.FOLLOWER, null, List.of(), Optional.of(Duration.ofMillis(7)));
      expectOnWrite(
          new NotLeaderException(null, "no leader"),
          "-CLUSTERDOWN no quorum: n2 and n3 are missing");
    }
  }

  /** A read has no effect, so nothing about it is unknown, whatever it shared an entry with. */
  @Test
  void readsNeverSayUnknown() {
    backend().failProposals(new OutcomeUnknownException("leadership was lost"));
    try (RespClient client = server.connect()) {
      client.sendRaw(pipeline("SET a 1", "GET a", "SET a 2", "GET a", "PING"));

      assertThat(client.readReplies(5))
          .satisfiesExactly(
              reply -> assertThat(reply).startsWith("-UNKNOWN "),
              reply -> assertThat(reply).startsWith("-TRYAGAIN the read was not answered"),
              reply -> assertThat(reply).startsWith("-UNKNOWN "),
              reply -> assertThat(reply).isEqualTo("nil"),
              reply -> assertThat(reply).isEqualTo("+PONG"));
      backend().failReads(new ReadNotServedException("it took too long"));
      assertThat(client.call("GET", "a"))
          .isEqualTo("-TRYAGAIN the leader did not take it: it took too long");
      backend().failReads(new IllegalStateException("a bug"));
      assertThat(client.call("GET", "a")).isEqualTo("-ERR the read failed: a bug");
    }
  }

  @Test
  void afterAFailureTheConnectionGoesOn() {
    try (RespClient client = server.connect()) {
      backend().failProposals(new OutcomeUnknownException("lost"));
      assertThat(client.call("SET", "a", "1")).startsWith("-UNKNOWN ");
      backend().failProposals(null);
      assertThat(client.call("SET", "a", "1")).isEqualTo("+OK");
    }
  }

  // Limits and bad input.

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
    restart(TestServer.start(settings -> settings.withMaxClients(2)));
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

  // Redirection.

  @Test
  void aRedirectingFollowerSendsClientsToTheLeader() {
    restart(TestServer.startRedirecting());
    backend().setStatus(Role.FOLLOWER, "n2", List.of("n2", "n3"), Optional.of(Duration.ZERO));
    try (RespClient client = server.connect()) {
      client.sendRaw(pipeline("SET foo 1", "GET {foo}.bar", "MGET foo bar", "PING", "DBSIZE"));

      assertThat(client.readReplies(5))
          .containsExactly(
              "-MOVED 12182 127.0.0.1:7002",
              "-MOVED 12182 127.0.0.1:7002",
              "-MOVED 12182 127.0.0.1:7002",
              "+PONG",
              ":0");
      assertThat(client.call("READONLY")).isEqualTo("+OK");
      assertThat(client.call("GET", "foo")).isEqualTo("nil");
      assertThat(client.call("SET", "foo", "1")).startsWith("-MOVED");
    }
    assertThat(backend().proposed()).isEmpty();
  }

  /** The status may be older than the refusal. */
  @Test
  void aLeaderThatIsNoLongerOneRedirectsToo() {
    restart(TestServer.startRedirecting());
    backend().failProposals(new NotLeaderException(new HostId("n3"), "it has changed"));
    try (RespClient client = server.connect()) {
      assertThat(client.call("SET", "foo", "1")).isEqualTo("-MOVED 12182 127.0.0.1:7003");
    }
  }

  // Stopping.

  @Test
  void stoppingWaitsForWhatIsUnderWayAndRefusesTheRest() throws InterruptedException {
    try (RespClient client = server.connect()) {
      backend().hold();
      client.send("SET", "a", "1");
      backend().awaitProposed(1);
      client.send("SET", "a", "2");
      // The first half of draining, so that it is over before anything is released.
      server.server().refuseFromNowOn();
      Thread drain = new Thread(() -> server.server().drain(PATIENCE));
      drain.start();
      backend().release();
      drain.join();

      assertThat(client.readReplies(2))
          .containsExactly("+OK", "-TRYAGAIN this server is shutting down; use another one");
    }
    assertThat(backend().proposed()).hasSize(1);
  }

  private static byte[] pipeline(String... commands) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String command : commands) {
      bytes.writeBytes(RespClient.encode(command.split(" ")));
    }
    return bytes.toByteArray();
  }

  /** All are gone, and what they had taken from the memory budget is back. */
  private void expectNoClients() {
    assertThat(server.server().awaitNoClients(PATIENCE)).isTrue();
    assertThat(server.server().sessions()).isEmpty();
    assertThat(server.server().budget().usedBytes()).isZero();
  }
}
