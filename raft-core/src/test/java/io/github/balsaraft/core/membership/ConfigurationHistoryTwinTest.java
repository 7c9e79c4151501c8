package io.github.balsaraft.core.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
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
        switch (random.nextInt(6)) {
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
          case 2 -> {
            if (random.nextInt(10) == 0) {
              last = commit + 1 + random.nextInt(5);
              commit = last;
              long index = last - random.nextInt(2);
              history.replace(configuration(step), index);
              twin = new TreeMap<>(Map.of(index, configuration(step)));
            }
          }
          case 3 -> {
            // A replica may learn late of a configuration that its log has.
            long index = last <= 0 ? 0 : 1 + random.nextInt((int) last);
            if (index > twin.firstKey() && index > commit && !twin.containsKey(index)) {
              history.insert(index, configuration(step));
              twin.put(index, configuration(step));
            }
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
        SortedMap<Long, Configuration> possible =
            new TreeMap<>(twin.tailMap(Math.min(twin.floorKey(commit), twin.lastKey())));
        assertThat(history.possible()).containsExactlyElementsOf(possible.values());
        assertThat(history.all()).isEqualTo(possible);
        assertThat(history.committedIndex()).isEqualTo(possible.firstKey());
        Configuration expected =
            twin.lastKey() <= commit || before == null ? null : before.getValue();
        assertThat(history.fallback()).isEqualTo(expected);
      }
    }
  }

  @Test
  @DisplayName(
      "a configuration that was damaged comes into force in its place, and not above later ones")
  void insert() {
    ConfigurationHistory history = new ConfigurationHistory(configuration(0), 3);
    history.append(9, configuration(9));
    history.insert(6, configuration(6));
    assertThat(history.latest()).isEqualTo(configuration(9));
    assertThat(history.possible())
        .containsExactly(configuration(0), configuration(6), configuration(9));
    assertThat(history.fallback()).isEqualTo(configuration(6));
    assertThat(history.truncateFrom(9)).isTrue();
    assertThat(history.latest()).isEqualTo(configuration(6));
  }

  @Test
  @DisplayName(
      "nothing takes the place of the configuration that the log starts from, and nothing removes it")
  void base() {
    ConfigurationHistory history = new ConfigurationHistory(configuration(0), 3);
    history.insert(2, configuration(2));
    history.insert(3, configuration(4));
    assertThat(history.all()).isEqualTo(Map.of(3L, configuration(0)));
    assertThat(history.truncateFrom(1)).isFalse();
    history.committedTo(8);
    assertThat(history.possible()).containsExactly(configuration(0));
  }

  @Test
  @DisplayName(
      "a configuration at or below the latest is refused: the log was read in another order")
  void outOfOrder() {
    ConfigurationHistory history = new ConfigurationHistory(configuration(0), 3);
    history.append(5, configuration(5));
    for (long index : new long[] {4, 5}) {
      assertThatThrownBy(() -> history.append(index, configuration(6)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(history.possible()).containsExactly(configuration(0), configuration(5));
  }

  private static Configuration configuration(int number) {
    return Configuration.of(
        List.of(Member.voter(new ReplicaId(number + 1), new HostId("h" + number), "h:1")));
  }
}
