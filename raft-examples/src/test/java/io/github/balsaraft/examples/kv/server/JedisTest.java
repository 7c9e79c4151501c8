package io.github.balsaraft.examples.kv.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.RaftNode;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.examples.kv.state.KvStateMachine;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.transport.LocalTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.SetParams;

/** A widely used client against a real node, alone in its group and in memory. */
class JedisTest {

  private static KvServer server;
  private static RaftNode node;

  @BeforeAll
  static void start() throws Exception {
    KvStateMachine state = new KvStateMachine();
    server = KvServer.listen(
        ServerSettings.builder(new HostPort("127.0.0.1", 0), 8 << 20).build());
    node = RaftNode.builder()
        .id("jedis-1")
        .bootstrap("jedis-1")
        .stateMachine(state)
        .logStore(new MemoryLogStore())
        .transport(LocalTransport.shared())
        .options(RaftOptions.builder()
            .electionTimeout(Duration.ofMillis(50), Duration.ofMillis(100))
            .heartbeatInterval(Duration.ofMillis(10))
            .maxCommandBytes(10 << 20)
            .build())
        .start();
    server.serve(KvBackend.of(node), state);
    node.awaitLeader().get(20, TimeUnit.SECONDS);
  }

  @AfterAll
  static void stop() {
    node.close();
    server.close();
  }

  private static Jedis connect() {
    return new Jedis("127.0.0.1", server.port(), 20_000);
  }

  @Test
  void everydayCommandsWork() {
    try (Jedis jedis = connect()) {
      assertThat(jedis.ping()).isEqualTo("PONG");
      long keysBefore = jedis.dbSize();
      assertThat(jedis.set("everyday", "green")).isEqualTo("OK");
      assertThat(jedis.get("everyday")).isEqualTo("green");
      assertThat(jedis.get("nothing")).isNull();
      assertThat(jedis.set("everyday", "x", SetParams.setParams().nx())).isNull();
      assertThat(jedis.mset("m1", "1", "m2", "2")).isEqualTo("OK");
      assertThat(jedis.mget("m1", "m2", "nothing")).containsExactly("1", "2", null);
      assertThat(jedis.exists("m1", "m2", "nothing")).isEqualTo(2);
      assertThat(jedis.del("m1", "m2")).isEqualTo(2);
      assertThat(jedis.incrBy("count", 40)).isEqualTo(40);
      assertThat(jedis.decr("count")).isEqualTo(39);
      assertThat(jedis.append("everyday", "!")).isEqualTo(6);
      assertThat(jedis.dbSize()).as("everyday and count").isEqualTo(keysBefore + 2);
      assertThat(jedis.info("raft")).contains("role:leader", "id:jedis-1", "members:jedis-1");
      assertThat(jedis.clientSetname("worker")).isEqualTo("OK");
      assertThat(jedis.clientGetname()).isEqualTo("worker");
      assertThat(jedis.clientList()).contains("name=worker");
      assertThat(jedis.configGet("save")).containsEntry("save", "");
      assertThatThrownBy(() -> jedis.incr("everyday"))
          .isInstanceOf(JedisDataException.class)
          .hasMessage("ERR value is not an integer or out of range");
    }
  }

  @Test
  void keysAndValuesAreAnyBytes() {
    byte[] key = {0, '\r', '\n', (byte) 0xff};
    byte[] value = new byte[8 << 20];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) (i * 31);
    }
    try (Jedis jedis = connect()) {
      assertThat(jedis.set(key, value)).isEqualTo("OK");
      assertThat(jedis.get(key)).isEqualTo(value);
      assertThat(jedis.del(key)).isEqualTo(1);
    }
  }

  @Test
  void compareAndSetWorks() {
    try (Jedis jedis = connect()) {
      jedis.set("cas", "old");
      assertThat(jedis.sendCommand(Protocol.Command.SET, "cas", "new", "IFEQ", "older"))
          .isNull();
      assertThat(jedis.sendCommand(Protocol.Command.SET, "cas", "new", "IFEQ", "old"))
          .isEqualTo("OK".getBytes(UTF_8));
      assertThat(jedis.get("cas")).isEqualTo("new");
    }
  }

  @Test
  void pipelinesKeepTheirOrder() {
    int rounds = 5000;
    try (Jedis jedis = connect()) {
      Pipeline pipeline = jedis.pipelined();
      List<Response<Long>> counts = new ArrayList<>();
      List<Response<String>> reads = new ArrayList<>();
      for (int i = 0; i < rounds; i++) {
        counts.add(pipeline.incr("pipelined"));
        reads.add(pipeline.get("pipelined"));
      }
      pipeline.sync();

      for (int i = 0; i < rounds; i++) {
        assertThat(counts.get(i).get()).isEqualTo(i + 1L);
        assertThat(reads.get(i).get()).isEqualTo(String.valueOf(i + 1));
      }
    }
  }

  @Test
  void manyClientsCountTogether() throws Exception {
    int clients = 8;
    int increments = 500;
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      List<Future<Long>> results = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        results.add(threads.submit(() -> {
          try (Jedis jedis = connect()) {
            long last = 0;
            for (int n = 0; n < increments; n++) {
              last = jedis.incr("together");
            }
            return last;
          }
        }));
      }
      for (Future<Long> result : results) {
        assertThat(result.get()).isPositive();
      }
      try (Jedis jedis = connect()) {
        assertThat(jedis.get("together")).isEqualTo(String.valueOf(clients * increments));
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
