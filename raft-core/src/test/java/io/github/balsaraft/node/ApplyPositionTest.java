package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotHeader;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a snapshot has to say about the log, as entries are applied. */
class ApplyPositionTest {

  private static final Configuration FIRST =
      Configuration.of(List.of(Member.voter(new ReplicaId(1), new HostId("n1"), "n1:1")));
  private static final Configuration SECOND =
      FIRST.with(Member.learner(new ReplicaId(2), new HostId("n2"), "n2:1"));

  private final ApplyPosition position = new ApplyPosition();

  private static EntryBatch configuration(long term, long index, Configuration configuration) {
    return Payloads.single(EntryType.CONFIGURATION, configuration.encode())
        .place(new EntryId(term, index), 100 + index);
  }

  private static EntryBatch command(long term, long index) {
    return Payloads.single(EntryType.COMMAND, new byte[] {1, 2, 3})
        .place(new EntryId(term, index), 100 + index);
  }

  @Test
  @DisplayName(
      "before anything was applied, or a configuration is known, there is nothing to take a snapshot of")
  void unknown() {
    assertThat(position.isKnown()).isFalse();
    position.passed(command(1, 1));
    assertThat(position.isKnown()).as("who belongs to the group isn't known").isFalse();
    position.passed(configuration(1, 2, FIRST));
    assertThat(position.isKnown()).isTrue();
  }

  @Test
  @DisplayName(
      "trap 32: the header names the last entry, its log time, and the configuration that was in force there")
  void header() {
    position.passed(configuration(1, 1, FIRST));
    position.passed(command(1, 2));
    assertThat(position.header(4))
        .isEqualTo(new SnapshotHeader(new EntryId(1, 2), 4, FIRST, 1, 102));
    position.passed(configuration(5, 3, SECOND));
    position.passed(command(5, 4));
    assertThat(position.header(4))
        .as("never in a term below that of its last entry")
        .isEqualTo(new SnapshotHeader(new EntryId(5, 4), 5, SECOND, 3, 104));
  }

  @Test
  @DisplayName("after a snapshot it goes on from its header")
  void restored() {
    SnapshotHeader header = new SnapshotHeader(new EntryId(3, 70), 5, SECOND, 9, 1234);
    position.passed(configuration(1, 1, FIRST));
    position.startAt(header);
    assertThat(position.isKnown()).isTrue();
    assertThat(position.header(5)).isEqualTo(header);
    assertThat(position.entriesSinceSnapshot()).isZero();
  }

  @Test
  @DisplayName(
      "a state that a state machine has kept by itself can be taken a snapshot of from its next entry on")
  void keptByItself() {
    position.startAt(new EntryId(3, 70), FIRST, 9);
    assertThat(position.last()).isEqualTo(new EntryId(3, 70));
    assertThat(position.isKnown()).as("its log time isn't known").isFalse();
    position.passed(command(3, 71));
    assertThat(position.isKnown()).isTrue();
    assertThat(position.header(3))
        .isEqualTo(new SnapshotHeader(new EntryId(3, 71), 3, FIRST, 9, 171));
  }

  @Test
  @DisplayName("what has come since the last snapshot is counted in entries and in bytes")
  void sinceTheLast() {
    EntryBatch batch = command(1, 1);
    position.passed(batch);
    position.passed(command(1, 2));
    assertThat(position.entriesSinceSnapshot()).isEqualTo(2);
    assertThat(position.bytesSinceSnapshot()).isEqualTo(2L * batch.sizeInBytes());
    position.countFromNow();
    assertThat(position.entriesSinceSnapshot()).isZero();
    assertThat(position.bytesSinceSnapshot()).isZero();
  }
}
