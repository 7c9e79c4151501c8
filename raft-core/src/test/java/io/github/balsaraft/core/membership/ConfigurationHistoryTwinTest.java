package io.github.balsaraft.core.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The history of configurations against a map by index from which the one in force is computed anew each time. */
class ConfigurationHistoryTwinTest {

  @Test
  @DisplayName(
      "after any appends, truncations and commits the last configuration in the log is in force")
  void randomSteps() {
    for (long seed = 1; seed <= 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Configuration base = configuration(0);
      ConfigurationHistory history = new ConfigurationHistory(base, 0);
      TreeMap<Long, Configuration> twin = new TreeMap<>(Map.of(0L, base));
      long last = 0;
      long commit = 0;
      for (int step = 1; step < 60; step++) {
        switch (random.nextInt(4)) {
          case 0 -> {
            long from = commit + 1 + random.nextInt((int) (last - commit) + 1);
            boolean changes = !twin.tailMap(from).isEmpty();
            assertThat(history.truncateFrom(from)).isEqualTo(changes);
            twin.tailMap(from).clear();
            last = Math.min(last, from - 1);
          }
          case 1 -> {
            commit += random.nextInt((int) (last - commit) + 1);
            history.committedTo(commit);
          }
          default -> {
            last += 1 + random.nextInt(3);
            history.append(last, configuration(step));
            twin.put(last, configuration(step));
          }
        }
        assertThat(history.latest()).isEqualTo(twin.lastEntry().getValue());
        assertThat(history.latestIndex()).isEqualTo(twin.lastKey());
        Map.Entry<Long, Configuration> before = twin.lowerEntry(twin.lastKey());
        Configuration expected =
            twin.lastKey() <= commit || before == null ? null : before.getValue();
        assertThat(history.fallback()).isEqualTo(expected);
      }
    }
  }

  private static Configuration configuration(int number) {
    return Configuration.of(
        List.of(Member.voter(new ReplicaId(number + 1), new HostId("h" + number), "h:1")));
  }
}
