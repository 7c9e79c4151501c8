package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.SnapshotHeader;
import org.junit.jupiter.api.Test;

class ApplyPositionTest {

  private static final Configuration MEMBERS = SnapshotRig.MEMBERS;

  private final ApplyPosition position = new ApplyPosition();

  private static EntryBatch configuration(long term, long index, long logTimeMillis) {
    return Payloads.single(EntryType.CONFIGURATION, MEMBERS.encode())
        .place(new EntryId(term, index), logTimeMillis);
  }

  private static EntryBatch commands(long term, long firstIndex, int count) {
    byte[] payload = new byte[10];
    Payloads payloads = new Payloads(EntryType.COMMAND, 100);
    for (int i = 0; i < count; i++) {
      payloads.add(payload, Payloads.checksum(payload));
    }
    return payloads.place(new EntryId(term, firstIndex), 70);
  }

  @Test
  void ofNothingNoSnapshotIsTaken() {
    assertThat(position.isKnown()).isFalse();
  }

  @Test
  void withoutAConfigurationNoSnapshotIsTaken() {
    position.passed(commands(1, 1, 1));
    assertThat(position.isKnown()).isFalse();
  }

  @Test
  void namesTheLastEntryAndTheConfigurationThere() {
    position.passed(configuration(1, 1, 50));
    position.passed(commands(2, 2, 3));
    assertThat(position.isKnown()).isTrue();
    assertThat(position.last()).isEqualTo(new EntryId(2, 4));
    assertThat(position.header(5))
        .isEqualTo(new SnapshotHeader(new EntryId(2, 4), 5, MEMBERS, 1, 70));
  }

  /** The core tells of a term a moment after what was committed in it may have been applied. */
  @Test
  void wasTakenInTheTermOfItsLastEntryAtLeast() {
    position.passed(configuration(4, 1, 50));
    assertThat(position.header(3).takenInTerm()).isEqualTo(4);
  }

  @Test
  void countsFromTheLastSnapshot() {
    position.passed(configuration(1, 1, 50));
    position.passed(commands(2, 2, 3));
    assertThat(position.entriesSinceSnapshot()).isEqualTo(4);
    assertThat(position.bytesSinceSnapshot()).isGreaterThanOrEqualTo(30);
    ApplyPosition.Count captured = position.count();
    position.passed(commands(2, 5, 2));
    assertThat(position.entriesSinceSnapshot()).as("it isn't saved yet").isEqualTo(6);
    position.covered(captured);
    assertThat(position.entriesSinceSnapshot()).isEqualTo(2);
    position.startAt(SnapshotRig.header(9));
    assertThat(position.entriesSinceSnapshot()).isZero();
    assertThat(position.bytesSinceSnapshot()).isZero();
    position.covered(captured);
    assertThat(position.entriesSinceSnapshot()).as("one that is overtaken").isZero();
    assertThat(position.header(1)).isEqualTo(SnapshotRig.header(9));
  }

  /** Log time must not go back, and the state on a disk doesn't say what it was. */
  @Test
  void aStateOnDiskIsNotWrittenDownBeforeItsLogTimeIsKnown() {
    position.startAt(new EntryId(2, 8), MEMBERS, 3);
    assertThat(position.isKnown()).isFalse();
    position.passed(commands(2, 9, 1));
    assertThat(position.isKnown()).isTrue();
    assertThat(position.header(2))
        .isEqualTo(new SnapshotHeader(new EntryId(2, 9), 2, MEMBERS, 3, 70));
  }
}
