package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.SnapshotFile;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotManifest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which chunks of a snapshot are to be fetched, and in what order. */
class SnapshotPartsTest {

  private static final int CHUNK_BYTES = 10;

  /** Three chunks, none, and one that is full. */
  private static final SnapshotManifest MANIFEST = new SnapshotManifest(
      7,
      new SnapshotHeader(
          new EntryId(1, 5),
          1,
          Configuration.of(List.of(Member.voter(new ReplicaId(1), new HostId("n1"), "n1:1"))),
          1,
          0),
      CHUNK_BYTES,
      List.of(file("a", 25), file("empty", 0), file("b", 10)));

  private static SnapshotFile file(String name, long bytes) {
    return new SnapshotFile(
        name, bytes, CHUNK_BYTES, new int[(int) SnapshotFile.chunksOf(bytes, CHUNK_BYTES)]);
  }

  private static SnapshotParts having(IntUnaryOperator received) {
    return new SnapshotParts(MANIFEST, received);
  }

  private static List<String> order(SnapshotParts parts) {
    List<String> order = new ArrayList<>();
    while (parts.hasMoreToAsk()) {
      long place = parts.takeNextToAsk();
      order.add(parts.fileAt(place) + "/" + parts.chunkAt(place));
    }
    return order;
  }

  @Test
  @DisplayName("file by file, each from its beginning; a file without chunks is passed over")
  void order() {
    assertThat(order(having(file -> 0))).containsExactly("0/0", "0/1", "0/2", "2/0");
  }

  @Test
  @DisplayName("what was here before is not fetched again, and counts as stored")
  void resumed() {
    SnapshotParts parts = having(file -> file == 0 ? 2 : 0);
    assertThat(parts.storedBytes()).isEqualTo(20);
    assertThat(parts.placeOf(0, 10)).as("it is here").isNegative();
    assertThat(parts.placeOf(0, 20)).isZero();
    assertThat(parts.placeOf(2, 0)).isEqualTo(1);
    assertThat(order(parts)).containsExactly("0/2", "2/0");
  }

  @Test
  @DisplayName("when everything was here before there is nothing to ask for")
  void nothingMissing() {
    SnapshotParts parts = having(file -> MANIFEST.files().get(file).chunks());
    assertThat(parts.hasMoreToAsk()).isFalse();
    assertThat(parts.isComplete()).isTrue();
    assertThat(parts.storedBytes()).isEqualTo(35);
  }

  @Test
  @DisplayName("a place where no chunk begins is none, whatever a peer says")
  void noSuchPlace() {
    SnapshotParts parts = having(file -> 0);
    assertThat(parts.placeOf(-1, 0)).isNegative();
    assertThat(parts.placeOf(3, 0)).isNegative();
    assertThat(parts.placeOf(0, -10)).isNegative();
    assertThat(parts.placeOf(0, 5)).isNegative();
    assertThat(parts.placeOf(0, 30)).as("the end").isNegative();
    assertThat(parts.placeOf(1, 0)).as("a file without chunks").isNegative();
    assertThat(parts.placeOf(0, Long.MAX_VALUE - Long.MAX_VALUE % CHUNK_BYTES)).isNegative();
  }

  @Test
  @DisplayName(
      "a chunk is asked for until it is handed on to be stored, and under way until it is stored")
  void underWay() {
    SnapshotParts parts = having(file -> 0);
    assertThat(parts.isAsked(0)).isFalse();
    parts.takeNextToAsk();
    parts.takeNextToAsk();
    assertThat(parts.isAsked(0)).isTrue();
    assertThat(parts.isAsked(1)).isTrue();
    assertThat(parts.isAsked(2)).isFalse();
    assertThat(parts.takeNextToStore()).isZero();
    assertThat(parts.isAsked(0)).isFalse();
    List<Long> asked = new ArrayList<>();
    parts.forEachAsked(asked::add);
    assertThat(asked).containsExactly(1L);
    assertThat(parts.underWay()).isEqualTo(2);
    parts.stored(10);
    assertThat(parts.underWay()).isEqualTo(1);
    assertThat(parts.storedBytes()).isEqualTo(10);
    assertThat(parts.isComplete()).isFalse();
  }

  @Test
  @DisplayName("it is complete when the last chunk is stored, and not when it was asked for")
  void complete() {
    SnapshotParts parts = having(file -> 0);
    while (parts.hasMoreToAsk()) {
      parts.takeNextToAsk();
      parts.takeNextToStore();
    }
    for (int bytes : new int[] {10, 10, 5}) {
      parts.stored(bytes);
      assertThat(parts.isComplete()).isFalse();
    }
    parts.stored(10);
    assertThat(parts.isComplete()).isTrue();
    assertThat(parts.storedBytes()).isEqualTo(MANIFEST.bytes());
  }
}
