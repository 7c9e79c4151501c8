package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.kv.server.RedisRecord.Exchange;
import io.github.balsaraft.examples.kv.state.KvStateMachine;
import io.github.balsaraft.examples.kv.state.OnDiskKvStateMachine;
import io.github.balsaraft.examples.kv.testing.TestServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands with the replies that Redis gives. {@link RedisComparisonIT} asks a real one. */
class RedisComparisonTest {

  @Test
  void ourServerAnswersAsRedisDoes() {
    assertAnswersAlike(RedisRecord.plain(), 400, new KvStateMachine());
  }

  /** The order of keys and the cursors of SCAN are among it. */
  @Test
  void withItsKeysOnDiskItAnswersTheSame(@TempDir Path folder) {
    try (OnDiskKvStateMachine state = OnDiskKvStateMachine.open(folder)) {
      assertAnswersAlike(RedisRecord.plain(), 400, state);
    }
  }

  @Test
  void ourServerAnswersAsAMemberOfARedisClusterDoes() {
    assertAnswersAlike(RedisRecord.ofCluster(), 10, new KvStateMachine());
  }

  @Test
  void onlyTimesThatAreALittleLessCountAsThoseOfTheRecord() {
    assertThat(RedisRecord.withTimesOf(":100", ":100")).isEqualTo(":100");
    assertThat(RedisRecord.withTimesOf(":100", ":70")).isEqualTo(":100");
    assertThat(RedisRecord.withTimesOf(":100", ":69")).isEqualTo(":69");
    assertThat(RedisRecord.withTimesOf(":100", ":101")).isEqualTo(":101");
    assertThat(RedisRecord.withTimesOf(":100", ":-1")).isEqualTo(":-1");
    assertThat(RedisRecord.withTimesOf(":-1", ":100")).isEqualTo(":100");
    assertThat(RedisRecord.withTimesOf("[+OK, :100, :-1, :1]", "[+OK, :99, :-1, :0]"))
        .isEqualTo("[+OK, :100, :-1, :0]");
  }

  private static void assertAnswersAlike(RedisRecord record, int least, KvStateMachine state) {
    List<Exchange> recorded = record.recorded();
    assertThat(recorded).hasSizeGreaterThan(least);
    try (TestServer server = TestServer.start(state)) {
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
