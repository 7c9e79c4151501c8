package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.storage.RecoveredGroup;
import java.util.List;
import org.junit.jupiter.api.Test;

class LostSnapshotTest {

  private static final EntryId BASE = new EntryId(1, 500);

  /** The end of the log is a deposed leader's. */
  private final RecoveredGroup log = new RecoveredGroup(
      new ReplicaRecord(new ReplicaId(7), ReplicaRecord.State.MEMBER),
      HardState.INITIAL,
      BASE,
      new EntryId(2, 1200),
      List.of(new EntryId(1, 501), new EntryId(2, 950)),
      List.of(),
      0);

  private EntryId needed(EntryId reached, boolean keepsStateOnDisk) {
    return new LostSnapshot(BASE, reached, Configuration.EMPTY, "damaged")
        .needed(log, keepsStateOnDisk);
  }

  @Test
  void whatTheLogGoesOnFromIsEnough() {
    assertThat(needed(BASE, true)).isEqualTo(BASE);
    assertThat(needed(new EntryId(1, 700), true)).isEqualTo(BASE);
    assertThat(needed(new EntryId(2, 1000), true)).isEqualTo(BASE);
  }

  @Test
  void stateOnDiskMayHaveWhatTheLogLacks() {
    EntryId beyond = new EntryId(2, 1300);
    assertThat(needed(beyond, true)).isEqualTo(beyond);
    EntryId instead = new EntryId(3, 1000);
    assertThat(needed(instead, true)).as("the log has 2@1000 there").isEqualTo(instead);
  }

  @Test
  void stateInMemoryIsGoneAnyway() {
    assertThat(needed(new EntryId(2, 1300), false)).isEqualTo(BASE);
  }
}
