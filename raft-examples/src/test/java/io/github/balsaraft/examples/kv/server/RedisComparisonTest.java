package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.server.RedisRecord.Exchange;
import io.github.balsaraft.examples.kv.testing.TestServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Commands with the replies that Redis gives. {@link RedisComparisonIT} asks a real one. */
class RedisComparisonTest {

  @Test
  void ourServerAnswersAsRedisDoes() {
    assertAnswersAlike(RedisRecord.plain(), 400);
  }

  @Test
  void ourServerAnswersAsAMemberOfARedisClusterDoes() {
    assertAnswersAlike(RedisRecord.ofCluster(), 10);
  }

  private static void assertAnswersAlike(RedisRecord record, int least) {
    List<Exchange> recorded = record.recorded();
    assertThat(recorded).hasSizeGreaterThan(least);
    try (TestServer server = TestServer.start()) {
      List<Exchange> ours = record.replay(server.server().port());
      List<String> differences = new ArrayList<>();
      for (int i = 0; i < recorded.size(); i++) {
        if (!recorded.get(i).equals(ours.get(i))) {
          differences.add(recorded.get(i) + " but here " + ours.get(i).reply());
        }
      }
      assertThat(differences).isEmpty();
      assertThat(ours).hasSameSizeAs(recorded);
    }
  }
}
