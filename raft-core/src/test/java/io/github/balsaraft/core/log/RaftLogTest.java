package io.github.balsaraft.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Payloads;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the log keeps in memory and what it refuses to forget; {@link LogTwinTest} has the writes. */
class RaftLogTest {

  private final RaftLog log = new RaftLog(new TermStarts(), 0);

  private static EntryBatch batch(long firstIndex, int count) {
    Payloads payloads = new Payloads(EntryType.COMMAND, 16);
    for (int i = 0; i < count; i++) {
      byte[] payload = {(byte) (firstIndex + i)};
      payloads.add(payload, Payloads.checksum(payload));
    }
    return payloads.place(new EntryId(1, firstIndex), 0);
  }

  /** Entries 1 to 6, of which 1 to 4 are durable. */
  @BeforeEach
  void append() {
    log.append(batch(1, 2));
    log.append(batch(3, 2));
    log.takeWrite(1);
    log.written(1);
    log.append(batch(5, 2));
    log.takeWrite(2);
  }

  @Test
  @DisplayName("what isn't durable yet can't be forgotten: no snapshot can stand in for it")
  void compactingWhatIsNotDurable() {
    assertThatThrownBy(() -> log.compactTo(5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("durable is the log up to 4");
    assertThat(log.base()).isEqualTo(EntryId.NONE);
    log.compactTo(4);
    assertThat(log.base()).isEqualTo(new EntryId(1, 4));
  }

  @Test
  @DisplayName("what is compacted is gone from memory too, and compacting it again writes nothing")
  void compacted() {
    log.compactTo(2);
    assertThat(log.recent(1, 2, 1000)).isNull();
    assertThat(log.recent(3, 4, 1000)).containsExactly(batch(3, 2));
    assertThat(log.takeWrite(3).base()).isEqualTo(new EntryId(1, 2));
    log.compactTo(2);
    log.compactTo(1);
    assertThat(log.hasUnwritten()).isFalse();
  }

  @Test
  @DisplayName(
      "what a write was given takes memory until it is done, even if it was truncated since")
  void unfinishedBytes() {
    long one = batch(5, 1).sizeInBytes();
    long two = batch(5, 2).sizeInBytes();
    assertThat(log.unfinishedBytes()).isEqualTo(two);
    log.append(batch(7, 2));
    log.append(batch(9, 1));
    assertThat(log.unfinishedBytes()).isEqualTo(2 * two + one);
    log.truncateFrom(8);
    assertThat(log.unfinishedBytes()).as("7 stays").isEqualTo(two + one);
    log.truncateFrom(5);
    assertThat(log.unfinishedBytes()).as("5 and 6 are being written").isEqualTo(two);
    log.takeWrite(3);
    log.append(batch(5, 1));
    log.startAfter(new EntryId(1, 20), 0);
    assertThat(log.unfinishedBytes()).isEqualTo(two);
    log.written(3);
    assertThat(log.unfinishedBytes()).isZero();
  }

  @Test
  @DisplayName("what is applied comes with as much of the end of its range as is in memory")
  void recentPart() {
    assertThat(log.recentPart(2, 5))
        .containsExactly(batch(1, 2).from(2), batch(3, 2), batch(5, 2).upTo(5));
    assertThat(log.recentPart(6, 6)).containsExactly(batch(5, 2).from(6));
    log.evict(2, 0);
    assertThat(log.recentPart(1, 4)).containsExactly(batch(3, 2));
    assertThat(log.recentPart(1, 2)).as("evicted").isEmpty();
    assertThat(new RaftLog(new TermStarts(), 0).recentPart(1, 1))
        .as("nothing in memory")
        .isEmpty();
  }

  @Test
  @DisplayName(
      "entries that aren't durable stay in memory, whatever it costs: nobody could load them")
  void evictsOnlyWhatIsDurable() {
    log.evict(6, 0);
    assertThat(log.recent(4, 4, 1000)).isNull();
    assertThat(log.recent(5, 6, 1000)).containsExactly(batch(5, 2));
  }

  @Test
  @DisplayName("a message takes every batch that fits to the last byte, and one entry if none does")
  void size() {
    long two = (long) batch(1, 2).sizeInBytes() + batch(3, 2).sizeInBytes();
    assertThat(log.recent(1, 6, two)).containsExactly(batch(1, 2), batch(3, 2));
    assertThat(log.recent(1, 6, two - 1)).containsExactly(batch(1, 2));
    assertThat(log.recent(1, 6, 1)).containsExactly(batch(1, 2).upTo(1));
  }

  @Test
  @DisplayName("a write proves nothing of what was truncated after it was handed over")
  void truncatedMeanwhile() {
    log.truncateFrom(6);
    log.append(batch(6, 2));
    log.written(2);
    assertThat(log.durableIndex()).isEqualTo(5);
    RaftLog.Changes changes = log.takeWrite(3);
    assertThat(changes.truncateFrom()).isEqualTo(6);
    assertThat(changes.append()).isEqualTo(List.of(batch(6, 2)));
    log.written(3);
    assertThat(log.durableIndex()).isEqualTo(7);
  }

  @Test
  @DisplayName("how long the log is in bytes goes by what is in it: not by what was truncated")
  void sizeWithoutTheTruncated() {
    EntryBatch instead = batch(5, 20);
    log.truncateFrom(5);
    log.append(instead);
    assertThat(log.startOfBytes(24, instead.sizeInBytes())).isEqualTo(4);
  }

  @Test
  @DisplayName("how long the log is in bytes goes by what is in it: not by what was compacted")
  void sizeWithoutTheCompacted() {
    long bytes = batch(1, 2).sizeInBytes();
    assertThat(log.startOfBytes(6, 2 * bytes)).isEqualTo(2);
    log.compactTo(4);
    assertThat(log.startOfBytes(6, 2 * bytes)).isZero();
  }

  @Test
  @DisplayName(
      "how long the log is in bytes goes by what is in it: not by what a snapshot has replaced")
  void sizeWithoutTheReplaced() {
    log.startAfter(new EntryId(1, 10), 0);
    assertThat(log.startOfBytes(10, 0)).isZero();
  }
}
