package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.ReadConsistency;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.examples.kv.testing.FakeBackend;
import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.examples.kv.testing.TestServer;
import io.github.balsaraft.model.Role;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Reads that meet a key whose time has come by the clock of the server, at a server that doesn't lead. */
class ExpiryReadsTest {

  private final TestServer server = TestServer.start();
  private final FakeBackend backend = server.backend();

  /** Starts long ago, so that all deadlines near it have passed by the server's own clock. */
  private final AtomicLong logMillis = new AtomicLong(1_000);

  @BeforeEach
  void follow() {
    backend.setStatus(Role.FOLLOWER, "n2", List.of("n2", "n3"), Optional.empty());
    backend.setClock(logMillis::get);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private long ticks() {
    return backend.proposed().stream()
        .filter(batch -> batch.operations().equals(List.of(new Operation.Tick())))
        .count();
  }

  @Test
  @DisplayName("an entry lets log time go on before the key is answered as gone")
  void timeGoesOnFirst() {
    try (RespClient client = server.connect()) {
      assertThat(client.send("SET", "k", "v", "PXAT", "2000").readReply()).isEqualTo("+OK");
      logMillis.set(2_000);
      for (String command : List.of("GET", "TTL", "STRLEN", "EXISTS", "MGET")) {
        assertThat(client.send(command, "k").readReply()).isIn("nil", ":-2", ":0", "[nil]");
      }
      assertThat(ticks()).as("one was enough").isEqualTo(1);
      assertThat(client.send("KEYS", "*").readReply()).isEqualTo("[]");
    }
  }

  @Test
  @DisplayName(
      "if log time stays behind, the key is still there: no server decides that by its own clock")
  void logTimeDecides() {
    try (RespClient client = server.connect()) {
      client.send("SET", "k", "v", "PXAT", "2000").readReply();
      assertThat(client.send("GET", "k").readReply()).isEqualTo("\"v\"");
      assertThat(client.send("PTTL", "k").readReply()).isEqualTo(":0");
      client.send("SET", "other", "v").readReply();
      assertThat(client.send("INFO", "keyspace").readReply()).contains("keys=2,expires=1");
      client.send("DEL", "other").readReply();
      long soFar = ticks();
      assertThat(soFar).as("one, and perhaps another a little later").isBetween(1L, 2L);
      assertThat(client.send("GET", "other").readReply()).isEqualTo("nil");
      assertThat(ticks()).as("none for another key").isEqualTo(soFar);
    }
  }

  @Test
  @DisplayName("while log time stays behind, a client that polls doesn't turn reads into writes")
  void pollingIsNoWriting() {
    try (RespClient client = server.connect()) {
      client.send("SET", "k", "v", "PXAT", "2000").readReply();
      for (int i = 0; i < 50; i++) {
        assertThat(client.send("GET", "k").readReply()).isEqualTo("\"v\"");
        assertThat(client.send("KEYS", "*").readReply()).isEqualTo("[\"k\"]");
      }
      // They are 100, 200, 400 ms apart and so on, however slow this machine is.
      assertThat(ticks()).as("for 100 reads").isBetween(1L, 10L);
    }
  }

  @Test
  @DisplayName("a read is answered by log time if the entry can't be appended")
  void failedEntriesDontHideReads() {
    try (RespClient client = server.connect()) {
      client.send("SET", "k", "v", "PXAT", "2000").readReply();
      backend.failProposals(new IllegalStateException("no"));
      assertThat(client.send("GET", "k").readReply()).isEqualTo("\"v\"");
    }
  }

  @Test
  @DisplayName("after READONLY nothing is appended: the copy is read as it is")
  void localReadsAppendNothing() {
    try (RespClient client = server.connect()) {
      client.send("SET", "k", "v", "PXAT", "2000").readReply();
      client.send("READONLY").readReply();
      assertThat(client.send("GET", "k").readReply()).isEqualTo("\"v\"");
      assertThat(ticks()).isZero();
      assertThat(backend.reads()).containsExactly(ReadConsistency.STALE);
    }
  }

  @Test
  @DisplayName("the leader lets keys expire while nobody asks for them")
  void idleClusters() throws Exception {
    try (RespClient client = server.connect()) {
      client.send("SET", "k", "v", "PXAT", "2000").readReply();
      logMillis.set(2_000);
      backend.setStatus(Role.LEADER, "n1", List.of("n2", "n3"), Optional.empty());
      backend.awaitProposed(2);
      assertThat(client.send("PING").readReply()).isEqualTo("+PONG");
      assertThat(client.send("DBSIZE").readReply()).isEqualTo(":0");
      assertThat(ticks()).isEqualTo(1);
    }
  }
}
