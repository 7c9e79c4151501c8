package io.github.balsaraft.examples.kv.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/** Clients of a Redis Cluster find the leader, and the next one when it is killed, whether followers redirect or not. */
class ClusterClientsIT {

  private static final int KEYS = 50;

  @RegisterExtension
  final Clusters clusters = new Clusters();

  private KvCluster start(boolean redirect) {
    return redirect ? clusters.start(3, "--redirect") : clusters.start(3);
  }

  /**
   * Every call is repeated, for a machine that stands still changes the leader at any time. What it takes is bounded by the time
   * that JUnit gives the test.
   */
  private static <T> T retried(Supplier<T> call, Class<? extends RuntimeException> failure) {
    while (true) {
      try {
        return call.get();
      } catch (RuntimeException e) {
        if (!failure.isInstance(e)) {
          throw e;
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Timeout(120)
  void jedis(boolean redirect) {
    KvCluster cluster = start(redirect);
    Set<HostAndPort> seeds = new HashSet<>();
    for (KvProcess node : cluster.nodes()) {
      seeds.add(new HostAndPort("127.0.0.1", node.port()));
    }
    // What was JedisCluster until Jedis 7.
    try (UnifiedJedis jedis = redis.clients.jedis.RedisClusterClient.builder()
        .nodes(seeds)
        .clientConfig(DefaultJedisClientConfig.builder().timeoutMillis(5_000).build())
        .maxAttempts(20)
        .build()) {
      for (int i = 0; i < KEYS; i++) {
        String key = "key-" + i;
        String value = "v" + i;
        assertThat(retried(() -> jedis.set(key, value), JedisException.class)).isEqualTo("OK");
      }
      cluster.awaitLeader().kill();
      for (int i = 0; i < KEYS; i++) {
        String key = "key-" + i;
        assertThat(retried(() -> jedis.get(key), JedisException.class)).isEqualTo("v" + i);
      }
      assertThat(retried(() -> jedis.expire("key-1", 1000), JedisException.class))
          .isEqualTo(1);
      assertThat(retried(() -> jedis.ttl("key-1"), JedisException.class)).isBetween(800L, 1000L);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Timeout(120)
  void lettuce(boolean redirect) {
    KvCluster cluster = start(redirect);
    List<RedisURI> seeds = cluster.nodes().stream()
        .map(node -> RedisURI.builder()
            .withHost("127.0.0.1")
            .withPort(node.port())
            .withTimeout(Duration.ofSeconds(5))
            .build())
        .toList();
    RedisClusterClient client = RedisClusterClient.create(seeds);
    client.setOptions(ClusterClientOptions.builder()
        .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
            .enableAllAdaptiveRefreshTriggers()
            .enablePeriodicRefresh(Duration.ofMillis(500))
            .adaptiveRefreshTriggersTimeout(Duration.ofMillis(200))
            .build())
        .build());
    try {
      RedisAdvancedClusterCommands<String, String> commands = client.connect().sync();
      for (int i = 0; i < KEYS; i++) {
        String key = "key-" + i;
        String value = "v" + i;
        assertThat(retried(() -> commands.set(key, value), RedisException.class))
            .isEqualTo("OK");
      }
      assertThat(client.getPartitions()).hasSize(3);
      cluster.awaitLeader().kill();
      for (int i = 0; i < KEYS; i++) {
        String key = "key-" + i;
        assertThat(retried(() -> commands.get(key), RedisException.class)).isEqualTo("v" + i);
      }
      assertThat(retried(() -> commands.expire("key-1", 1000), RedisException.class))
          .isTrue();
      assertThat(retried(() -> commands.ttl("key-1"), RedisException.class)).isBetween(800L, 1000L);
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
    }
  }

  @Test
  @Timeout(120)
  void ourOwnCommandLine() throws Exception {
    KvCluster cluster = start(true);
    assertThat(kvCli(cluster, "set color green\nget color\n")).containsExactly("OK", "\"green\"");
    cluster.awaitLeader().kill();
    cluster.awaitLeader();
    assertThat(kvCli(cluster, "", "get", "color")).containsExactly("\"green\"");
  }

  /** Everything is asked again after a refusal that a change of leaders explains. */
  private static List<String> kvCli(KvCluster cluster, String piped, String... command)
      throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (true) {
      List<String> lines = kvCliOnce(cluster, piped, command);
      if (!Clusters.areRefused(lines) || System.nanoTime() > end) {
        return lines;
      }
    }
  }

  private static List<String> kvCliOnce(KvCluster cluster, String piped, String... command)
      throws Exception {
    List<String> words = new ArrayList<>(KvProcess.kv());
    words.addAll(List.of("cli", "--servers", cluster.servers()));
    words.addAll(List.of(command));
    Process process = KvProcess.quiet(words).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(piped.getBytes(UTF_8));
    }
    List<String> lines = process.inputReader(UTF_8).lines().toList();
    int exitCode = process.waitFor();
    if (!Clusters.areRefused(lines)) {
      assertThat(exitCode).as("exit code; printed: %s", lines).isZero();
    }
    return lines;
  }
}
