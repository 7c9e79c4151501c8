package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.trace.TraceSink;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which of a replica's snapshots is the one that counts, and whether others can have it. Its log has nine entries. */
class CompactionTest {

  private static Compaction startedWith(@Nullable SnapshotHeader snapshot) {
    CoreContext context = new CoreContext(
        OPTIONS,
        CoreHarness.patience(1),
        new CoreStart(
            id("n1"),
            new HardState(2, null),
            new TermStarts(EntryId.NONE, List.of(new EntryId(2, 1)), 9),
            snapshot,
            voters("n1", "n2", "n3"),
            new TreeMap<>(),
            0,
            0,
            0),
        TraceSink.OFF);
    context.commitTo(9);
    return context.compaction;
  }

  private static SnapshotHeader snapshot(long index, long takenInTerm) {
    return new SnapshotHeader(new EntryId(2, index), takenInTerm, voters("n1", "n2", "n3"), 0, 0);
  }

  @Test
  @DisplayName(
      "a replica can serve the snapshot that it was started with, and without one it has none")
  void atStart() {
    assertThat(startedWith(snapshot(5, 2)).servable()).isEqualTo(snapshot(5, 2));
    assertThat(startedWith(null).servable()).isNull();
  }

  @Test
  @DisplayName(
      "trap 41: an older snapshot that is saved late doesn't take the place of a newer one")
  void olderSaved() {
    Compaction compaction = startedWith(snapshot(5, 2));
    compaction.saved(snapshot(4, 2));
    assertThat(compaction.servable()).isEqualTo(snapshot(5, 2));
    compaction.saved(snapshot(7, 2));
    assertThat(compaction.servable()).isEqualTo(snapshot(7, 2));
  }

  @Test
  @DisplayName(
      "a snapshot that can't be read is served no more, which is news once; a new one of the same index is")
  void unavailable() {
    Compaction compaction = startedWith(snapshot(5, 2));
    assertThat(compaction.unavailable(5)).isTrue();
    assertThat(compaction.servable()).isNull();
    assertThat(compaction.unavailable(5)).isFalse();
    compaction.saved(snapshot(5, 3));
    assertThat(compaction.servable()).isEqualTo(snapshot(5, 3));
  }

  @Test
  @DisplayName(
      "that an earlier snapshot can't be read says nothing of the newest, and nothing where there is none")
  void earlierUnavailable() {
    Compaction compaction = startedWith(snapshot(5, 2));
    assertThat(compaction.unavailable(4)).isFalse();
    assertThat(compaction.servable()).isEqualTo(snapshot(5, 2));
    assertThat(startedWith(null).unavailable(5)).isFalse();
  }
}
