package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.examples.kv.testing.TestServer;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a client sees when the cluster behind the server does well, or takes its time. */
class KvServerTest extends ServerTest {

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

  /** To shut a socket down throws away what it has not taken yet. */
  @Test
  void aClientThatClosesItsSideGetsAllOfLongReplies() {
    String value = "v".repeat(90_000);
    int reads = 200;
    try (RespClient client = server.connect()) {
      assertThat(client.call("SET", "k", value)).isEqualTo("+OK");
      client.sendRaw("get k\r\n".repeat(reads)).endInput();
      for (int i = 0; i < reads; i++) {
        assertThat(client.readReply()).hasSize(value.length() + 2);
      }
      assertThat(client.isClosedByServer()).isTrue();
    }
    try (RespClient client = server.connect()) {
      client.sendRaw("get k\r\n".repeat(reads) + "quit\r\n");
      for (int i = 0; i < reads; i++) {
        assertThat(client.readReply()).hasSize(value.length() + 2);
      }
      assertThat(client.readReply()).isEqualTo("+OK");
      assertThat(client.isClosedByServer()).isTrue();
    }
    expectNoClients();
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
      assertThat(client.call("INFO"))
          .contains("# Server", "# Clients", "# Raft", "# Metrics", "# Keyspace")
          .contains("log_writes:0\\x0d", "commit_index:0\\x0d")
          .contains("propose_to_commit_nanos:count=0,", "commit_to_applied_nanos:count=0,")
          .contains("sync_nanos:count=0,", "election_nanos:count=0,", "catch_up_nanos:count=0,")
          .contains("max=0\\x0d\\x0a")
          .doesNotContain("buckets=");
      assertThat(client.call("INFO").split("\\\\x0d\\\\x0a"))
          .filteredOn(line -> line.contains(":"))
          .extracting(line -> line.substring(0, line.indexOf(':')))
          .as("names, for who puts them into one map")
          .doesNotHaveDuplicates();
      for (String section : List.of("metrics", "all")) {
        assertThat(client.call("INFO", section))
            .containsOnlyOnce("# Metrics")
            .contains("log_writes:0", "sync_nanos:count=0,", "max=0,buckets=\\x0d\\x0a");
      }
      assertThat(client.call("INFO", "default", "metrics"))
          .containsOnlyOnce("# Metrics")
          .contains("buckets=");
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

  // Redirection.

  /** A look waits for the thread that runs the protocol, and the thread that serves clients with it. */
  @Test
  void nobodyLooksWhoLeadsForCommandsThatDoNotDependOnIt() {
    restart(TestServer.startRedirecting());
    backend().setStatus(Role.FOLLOWER, "n2", List.of("n2", "n3"), Optional.empty());
    try (RespClient client = server.connect()) {
      int before = backend().looks();
      client.sendRaw(pipeline("PING", "READONLY", "GET a", "DBSIZE", "READWRITE"));
      assertThat(client.readReplies(5)).containsExactly("+PONG", "+OK", "nil", ":0", "+OK");
      assertThat(backend().looks()).isEqualTo(before);

      client.sendRaw(pipeline("SET a 1", "GET a", "SET a 2"));
      assertThat(client.readReplies(3))
          .allSatisfy(reply -> assertThat(reply).startsWith("-MOVED "));
      assertThat(backend().looks()).isBetween(before + 1, before + 3);
    }
  }

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

  /** Sent to its successor at once, a client would be sent back, and give up after a few turns. */
  @Test
  void aLeaderThatHandsOverHoldsWritesUntilItIsKnownWhoLeads() throws InterruptedException {
    restart(TestServer.start(settings -> settings.redirect(true).patience(Duration.ofMinutes(2))));
    NotLeaderException handingOver = new NotLeaderException(new HostId("n3"), "it hands over");
    backend().failProposals(handingOver);
    try (RespClient client = server.connect()) {
      client.sendRaw(pipeline("SET foo 1"));
      backend().awaitProposed(2);
      backend().failProposals(null);
      assertThat(client.readReply()).as("it leads on").isEqualTo("+OK");

      backend().failProposals(handingOver);
      int before = backend().proposed().size();
      client.sendRaw(pipeline("SET foo 2"));
      backend().awaitProposed(before + 1);
      backend().setStatus(Role.FOLLOWER, null, List.of("n2", "n3"), Optional.of(Duration.ZERO));
      int looks = backend().looks();
      awaitLooks(looks + 2);
      backend().setStatus(Role.FOLLOWER, "n3", List.of("n2", "n3"), Optional.of(Duration.ZERO));
      assertThat(client.readReply()).isEqualTo("-MOVED 12182 127.0.0.1:7003");
      assertThat(server.server().budget().usedBytes()).isZero();
    }
  }

  private void awaitLooks(int count) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (backend().looks() < count) {
      assertThat(System.nanoTime()).as("looked in time").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void aLeaderThatHandsOverInVainNeverNamesItsSuccessor() {
    restart(TestServer.start(settings -> settings.redirect(true).patience(Duration.ofMillis(200))));
    backend().failProposals(new NotLeaderException(new HostId("n3"), "it hands over"));
    try (RespClient client = server.connect()) {
      assertThat(client.call("SET", "foo", "1"))
          .isEqualTo("-TRYAGAIN the leader did not take it: it hands over");
    }
  }

  // Errors of the virtual machine.

  @Test
  void keysExpireThoughMemoryRanOutWhenItWasLookedAfterThem() throws InterruptedException {
    backend().failStatusOnce(new OutOfMemoryError("none left"));
    try (RespClient client = server.connect()) {
      assertThat(client.call("SET", "a", "1", "PX", "1")).isEqualTo("+OK");
      backend().awaitProposed(2);
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
}
