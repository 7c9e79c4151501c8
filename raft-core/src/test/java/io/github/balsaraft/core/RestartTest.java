package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.SnapshotHeader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How log, snapshot and damage that an earlier process has left are brought together. All entries are of term 2. */
class RestartTest {

  private static final Configuration BIRTH = voters("n1", "n2", "n3");

  private static Restart restart(
      long base,
      long last,
      @Nullable SnapshotHeader snapshot,
      Map<Long, Configuration> configurations,
      long logTimeMillis,
      long... damaged) {
    EntryId start = base == 0 ? EntryId.NONE : new EntryId(2, base);
    List<EntryId> starts = last > base ? List.of(new EntryId(2, base + 1)) : List.of();
    List<DamagedEntry> damage = Arrays.stream(damaged)
        .mapToObj(index -> new DamagedEntry(new EntryId(2, index), 0))
        .toList();
    return new Restart(
        new CoreStart(
            id("n1"),
            new HardState(2, null),
            new TermStarts(start, starts, last),
            snapshot,
            BIRTH,
            new TreeMap<>(configurations),
            logTimeMillis,
            0,
            0,
            damage),
        new WriteSequence());
  }

  private static SnapshotHeader snapshot(
      long index, Configuration configuration, long configurationIndex, long logTimeMillis) {
    return new SnapshotHeader(
        new EntryId(2, index), 2, configuration, configurationIndex, logTimeMillis);
  }

  @Test
  @DisplayName("damage that lies before the log's start is none: a snapshot stands in for it")
  void damageBeforeTheLog() {
    Restart restart = restart(5, 8, snapshot(5, BIRTH, 0, 0), Map.of(), 0, 4, 5);
    assertThat(restart.repair().isRecovering()).isFalse();
    assertThat(restart.log().base()).isEqualTo(new EntryId(2, 5));
    assertThat(restart.log().hasUnwritten()).isFalse();
  }

  @Test
  @DisplayName(
      "damage above the snapshot is to be repaired, and what the snapshot covers of it is forgotten")
  void damageAroundTheSnapshot() {
    Restart restart = restart(0, 8, snapshot(5, BIRTH, 0, 0), Map.of(), 0, 2, 4, 7);
    assertThat(restart.repair().all()).containsExactly(new DamagedEntry(new EntryId(2, 7), 0));
    assertThat(restart.log().base()).isEqualTo(new EntryId(2, 4));
    assertThat(restart.log().hasUnwritten()).isTrue();
    assertThat(restart.commitIndex()).isEqualTo(5);
  }

  @Test
  @DisplayName("a snapshot beyond the log's end takes the place of all of it, damage included")
  void snapshotBeyondTheLog() {
    Restart restart = restart(0, 4, snapshot(9, BIRTH, 0, 70), Map.of(), 50, 3);
    assertThat(restart.repair().isRecovering()).isFalse();
    assertThat(restart.log().last()).isEqualTo(new EntryId(2, 9));
    assertThat(restart.log().hasUnwritten()).isTrue();
  }

  @Test
  @DisplayName(
      "the configurations are the snapshot's and those that follow it in the log, whichever the log has besides")
  void configurations() {
    Configuration ofSnapshot = voters("n1", "n2");
    Configuration later = voters("n1", "n2", "n4");
    Restart restart = restart(
        0, 8, snapshot(5, ofSnapshot, 5, 0), Map.of(3L, BIRTH, 5L, ofSnapshot, 6L, later), 0);
    assertThat(restart.configurations().all()).isEqualTo(Map.of(5L, ofSnapshot, 6L, later));
    assertThat(restart(0, 8, null, Map.of(3L, later), 0).configurations().all())
        .isEqualTo(Map.of(0L, BIRTH, 3L, later));
  }

  @Test
  @DisplayName("log time goes on from the last entry or the snapshot, whichever is later")
  void logTime() {
    assertThat(restart(0, 8, null, Map.of(), 50).log().logTimeMillis()).isEqualTo(50);
    assertThat(restart(5, 8, snapshot(5, BIRTH, 0, 40), Map.of(), 50).log().logTimeMillis())
        .isEqualTo(50);
    assertThat(restart(5, 5, snapshot(5, BIRTH, 0, 40), Map.of(), 0).log().logTimeMillis())
        .isEqualTo(40);
  }
}
