package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.examples.kv.state.Transaction;
import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.examples.kv.testing.TestServer;
import io.github.balsaraft.model.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** MULTI and WATCH beyond what the comparison with Redis shows. */
class TransactionsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private TestServer server = TestServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  private static void send(RespClient client, String commands) {
    for (String command : commands.split("; ", -1)) {
      client.send(command.split(" ", -1));
    }
  }

  @Test
  @DisplayName("a transaction is one operation of one entry")
  void oneOperation() {
    try (RespClient client = server.connect()) {
      send(client, "MULTI; SET a 1; PING; GET a; EXEC");
      assertThat(client.readReplies(5)).endsWith("[+OK, +PONG, \"1\"]");
      assertThat(server.backend().proposed()).hasSize(1);
      assertThat(server.backend().proposed().get(0).operations())
          .singleElement()
          .isInstanceOf(Transaction.class);
    }
  }

  @Test
  @DisplayName(
      "transactions that are pipelined share entries, keep their order, and give their memory back")
  void pipelines() {
    int rounds = 2_000;
    try (RespClient client = server.connect()) {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < rounds; i++) {
        all.append("MULTI\r\nINCR n\r\nINCR n\r\nEXEC\r\nGET n\r\n");
      }
      client.sendRaw(all.toString());
      for (int i = 1; i <= rounds; i++) {
        assertThat(client.readReplies(5))
            .containsExactly(
                "+OK",
                "+QUEUED",
                "+QUEUED",
                "[:" + (2 * i - 1) + ", :" + 2 * i + "]",
                "\"" + 2 * i + "\"");
      }
      assertThat(server.backend().proposed()).hasSizeLessThan(rounds);
      assertThat(server.server().budget().usedBytes()).isZero();
    }
  }

  @Test
  @DisplayName(
      "WATCH works in one packet with its transaction, and sees a change by another connection")
  void watches() {
    try (RespClient client = server.connect();
        RespClient other = server.connect()) {
      send(client, "WATCH a b; MULTI; SET a 1; EXEC");
      assertThat(client.readReplies(4)).endsWith("[+OK]");
      send(client, "WATCH a b; GET a");
      assertThat(client.readReplies(2)).endsWith("\"1\"");
      other.send("SET", "b", "2").readReply();
      send(client, "MULTI; SET a 2; EXEC; GET a");
      assertThat(client.readReplies(4)).endsWith("nil-array", "\"1\"");
      send(client, "MULTI; SET a 3; EXEC");
      assertThat(client.readReplies(3)).as("the watch is over").endsWith("[+OK]");
      assertThat(server.server().budget().usedBytes()).isZero();
    }
  }

  @Test
  @DisplayName("if the versions can't be found out the transaction isn't executed")
  void failedWatches() {
    try (RespClient client = server.connect()) {
      server.backend().failReads(new OverloadedException("too much"));
      send(client, "WATCH a; MULTI; SET a 1; EXEC; GET a");
      List<String> replies = client.readReplies(5);
      assertThat(replies.get(0)).startsWith("-TRYAGAIN");
      assertThat(replies.get(3)).startsWith("-EXECABORT");
      server.backend().failReads(null);
      assertThat(client.send("GET", "a").readReply()).isEqualTo("nil");
      assertThat(server.backend().proposed()).isEmpty();
    }
  }

  @Test
  @DisplayName("an EXEC whose outcome is unknown says so, and ends the transaction")
  void unknownOutcomes() {
    try (RespClient client = server.connect()) {
      server.backend().failProposals(new IllegalStateException("lost"));
      send(client, "MULTI; SET a 1; EXEC; EXEC");
      List<String> replies = client.readReplies(4);
      assertThat(replies.get(2)).startsWith("-UNKNOWN");
      assertThat(replies.get(3)).isEqualTo("-ERR EXEC without MULTI");
    }
  }

  @Test
  @DisplayName("a follower that redirects does so at EXEC and at WATCH")
  void redirections() {
    server.close();
    server = TestServer.startRedirecting();
    server.backend().setStatus(Role.FOLLOWER, "n2", List.of("n2"), Optional.empty());
    try (RespClient client = server.connect()) {
      send(client, "MULTI; SET foo 1; EXEC; WATCH foo; MULTI; SET foo 1; EXEC");
      List<String> replies = client.readReplies(7);
      assertThat(replies.get(2)).isEqualTo("-MOVED 12182 127.0.0.1:7002");
      assertThat(replies.get(3)).isEqualTo("-MOVED 12182 127.0.0.1:7002");
      assertThat(replies.get(6)).startsWith("-EXECABORT");
    }
  }

  @Test
  @DisplayName("one that is too long is refused while it is made, and keeps no memory")
  void bounds() {
    try (RespClient client = server.connect()) {
      StringBuilder all = new StringBuilder("MULTI\r\n");
      for (int i = 0; i <= TransactionBuffer.MAX_COMMANDS; i++) {
        all.append("GET a\r\n");
      }
      client.sendRaw(all + "EXEC\r\n");
      List<String> replies =
          new ArrayList<>(client.readReplies(TransactionBuffer.MAX_COMMANDS + 3));
      assertThat(replies.get(TransactionBuffer.MAX_COMMANDS)).isEqualTo("+QUEUED");
      assertThat(replies.get(TransactionBuffer.MAX_COMMANDS + 1))
          .startsWith("-ERR a transaction has at most 8192 commands");
      assertThat(replies.get(TransactionBuffer.MAX_COMMANDS + 2)).startsWith("-EXECABORT");

      String value = "x".repeat(90_000);
      send(client, "MULTI");
      for (int i = 0; i < 20; i++) {
        client.send("SET", "a", value);
      }
      assertThat(client.readReplies(21))
          .anyMatch(reply -> reply.startsWith("-ERR a transaction has at most"));
      assertThat(server.server().budget().usedBytes()).isZero();
      assertThat(client.send("EXEC").readReply()).startsWith("-EXECABORT");
    }
  }

  @Test
  @DisplayName("a client that leaves in the middle leaves nothing behind")
  void leavingClients() {
    try (RespClient client = server.connect()) {
      send(client, "WATCH a b c; MULTI; SET a 1");
      assertThat(client.readReplies(3)).endsWith("+QUEUED");
      assertThat(server.server().budget().usedBytes()).isPositive();
    }
    assertThat(server.server().awaitNoClients(PATIENCE)).isTrue();
    assertThat(server.server().budget().usedBytes()).isZero();
    assertThat(server.backend().proposed()).isEmpty();
  }

  @Test
  @DisplayName("keys are not looked for in what becomes a part of the log")
  void searches() {
    try (RespClient client = server.connect()) {
      send(client, "MULTI; SET a 1; KEYS *; EXEC; MULTI; SCAN 0; KEYS *; EXEC; GET a");
      List<String> replies = client.readReplies(9);
      assertThat(replies.get(3)).startsWith("-EXECABORT ").contains("KEYS and SCAN");
      assertThat(replies.get(7)).startsWith("[");
      assertThat(replies.get(8)).isEqualTo("nil");
      assertThat(server.backend().proposed()).isEmpty();
      assertThat(server.server().budget().usedBytes()).isZero();
    }
  }

  @Test
  @DisplayName("the keys that are looked at in one transaction have a bound, unless it looks once")
  void boundOfSearches() {
    try (RespClient client = server.connect()) {
      makeKeys(client, 0, 60_000);
      send(client, "MULTI; KEYS none; GET k1; KEYS none; EXEC; GET k1");
      assertThat(client.readReplies(6))
          .endsWith(
              "+QUEUED",
              "-EXECABORT Transaction discarded because its KEYS and SCAN would look at more than "
                  + "100000 keys together",
              "\"1\"");
      send(client, "MULTI; KEYS none; GET k1; SCAN 0 MATCH none COUNT 10000; EXEC");
      assertThat(client.readReplies(5)).last().asString().startsWith("[[], \"1\", [\"");
      makeKeys(client, 60_000, 120_000);
      send(client, "MULTI; KEYS none; EXEC");
      assertThat(client.readReplies(3)).as("one alone").endsWith("[[]]");
      assertThat(server.server().budget().usedBytes()).isZero();
    }
  }

  private static void makeKeys(RespClient client, int from, int to) {
    for (int i = from; i < to; i += 1_000) {
      StringBuilder set = new StringBuilder("MSET");
      for (int key = i; key < i + 1_000; key++) {
        set.append(" k").append(key).append(" 1");
      }
      client.sendRaw(set.append("\r\n").toString());
      assertThat(client.readReply()).isEqualTo("+OK");
    }
  }

  @Test
  @DisplayName("WATCH has a bound, and gives back what it has taken")
  void boundOfWatch() {
    String key = "k".repeat(TestServer.MAX_VALUE_BYTES - 1);
    int most = server.server().maxTransactionBytes() / key.length();
    try (RespClient client = server.connect()) {
      for (int i = 0; i < most - 1; i++) {
        assertThat(client.call("WATCH", key)).isEqualTo("+OK");
      }
      assertThat(client.call("WATCH", key, key)).startsWith("-ERR the keys of WATCH have at most ");
      send(client, "MULTI; SET a 1; EXEC");
      assertThat(client.readReplies(3)).last().asString().startsWith("-EXECABORT");
      assertThat(client.call("UNWATCH")).isEqualTo("+OK");
      assertThat(server.server().budget().usedBytes()).isZero();
      assertThat(client.call("WATCH", key)).isEqualTo("+OK");
    }
  }

  @Test
  @DisplayName("watched keys and commands have a bound together, since they go into one entry")
  void boundOfWatchedKeysAndCommands() {
    String key = "k".repeat(TestServer.MAX_VALUE_BYTES - 1);
    int most = server.server().maxTransactionBytes() / key.length();
    try (RespClient client = server.connect()) {
      for (int i = 0; i < most - 2; i++) {
        assertThat(client.call("WATCH", key)).isEqualTo("+OK");
      }
      client.send("MULTI").send("SET", "a", key).send("SET", "a", key).send("SET", "a", key);
      List<String> replies = client.send("EXEC").readReplies(5);
      assertThat(replies).startsWith("+OK", "+QUEUED");
      assertThat(replies.get(3)).endsWith(" bytes, with the keys that it watches");
      assertThat(replies.get(4)).startsWith("-EXECABORT");
      assertThat(server.backend().proposed()).isEmpty();
      assertThat(server.server().budget().usedBytes()).isZero();
    }
  }

  @Test
  @DisplayName("what a connection asks of the server within a transaction is bounded too")
  void answersOfTheServer() {
    try (RespClient client = server.connect()) {
      String name = "n".repeat(1024);
      assertThat(client.call("CLIENT", "SETNAME", name)).isEqualTo("+OK");
      assertThat(client.call("CLIENT", "SETINFO", "LIB-NAME", name)).isEqualTo("+OK");
      assertThat(client.call("CLIENT", "SETINFO", "LIB-VER", name)).isEqualTo("+OK");
      StringBuilder all = new StringBuilder("MULTI\r\n");
      int asks = 8000;
      for (int i = 0; i < asks; i++) {
        all.append("CLIENT LIST\r\n");
      }
      client.sendRaw(all.append("EXEC\r\n").toString());
      client.readReplies(asks + 1);
      String replies = client.readReply();
      assertThat(replies).contains("-ERR the answer is too long").hasSizeLessThan(20_000_000);
    }
  }
}
