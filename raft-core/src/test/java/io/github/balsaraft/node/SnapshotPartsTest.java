package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.SnapshotFile;
import io.github.balsaraft.model.SnapshotManifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SnapshotPartsTest {

  private static final int CHUNK_BYTES = 4;

  private static SnapshotFile file(String name, long bytes) {
    return new SnapshotFile(
        name, bytes, CHUNK_BYTES, new int[(int) SnapshotFile.chunksOf(bytes, CHUNK_BYTES)]);
  }

  private static SnapshotManifest manifest(long... sizes) {
    List<SnapshotFile> files = new ArrayList<>();
    for (long size : sizes) {
      files.add(file("f" + files.size(), size));
    }
    return new SnapshotManifest(7, SnapshotRig.header(9), CHUNK_BYTES, files);
  }

  @Test
  void filesFollowOneAnotherAndEmptyOnesHaveNoPlace() {
    SnapshotParts parts = new SnapshotParts(manifest(9, 0, 4), file -> 0);
    assertThat(List.of(parts.fileAt(0), parts.fileAt(2), parts.fileAt(3))).containsExactly(0, 0, 2);
    assertThat(List.of(parts.chunkAt(0), parts.chunkAt(2), parts.chunkAt(3)))
        .containsExactly(0, 2, 0);
    assertThat(parts.placeOf(0, 8)).isEqualTo(2);
    assertThat(parts.placeOf(2, 0)).isEqualTo(3);
  }

  @Test
  void whatIsNoChunkHasNoPlace() {
    SnapshotParts parts = new SnapshotParts(manifest(9, 0, 4), file -> 0);
    assertThat(parts.placeOf(-1, 0)).as("no file").isEqualTo(-1);
    assertThat(parts.placeOf(3, 0)).as("no file").isEqualTo(-1);
    assertThat(parts.placeOf(0, -4)).as("before it").isEqualTo(-1);
    assertThat(parts.placeOf(0, 2)).as("within a chunk").isEqualTo(-1);
    assertThat(parts.placeOf(0, 12)).as("behind its end").isEqualTo(-1);
    assertThat(parts.placeOf(1, 0)).as("of an empty file").isEqualTo(-1);
  }

  @Test
  void whatIsHereAlreadyIsNotAskedFor() {
    SnapshotParts parts = new SnapshotParts(manifest(9, 8), file -> file == 0 ? 2 : 1);
    assertThat(parts.storedBytes()).isEqualTo(8 + 4);
    assertThat(parts.placeOf(0, 4)).isEqualTo(-1);
    assertThat(parts.placeOf(0, 8)).isZero();
    assertThat(parts.chunkAt(0)).isEqualTo(2);
    assertThat(parts.placeOf(1, 4)).isEqualTo(1);
    assertThat(parts.chunkAt(1)).isEqualTo(1);
    assertThat(parts.takeNextToAsk()).isZero();
    assertThat(parts.hasMoreToAsk()).isTrue();
    assertThat(parts.takeNextToAsk()).isEqualTo(1);
    assertThat(parts.hasMoreToAsk()).isFalse();
  }

  @Test
  void completeIsWhatIsStoredNotWhatHasCome() {
    SnapshotParts parts = new SnapshotParts(manifest(6), file -> 0);
    parts.takeNextToAsk();
    parts.takeNextToAsk();
    assertThat(parts.underWay()).isEqualTo(2);
    parts.takeNextToStore();
    parts.takeNextToStore();
    assertThat(parts.isAsked(1)).isFalse();
    assertThat(parts.underWay()).as("it takes memory until it is stored").isEqualTo(2);
    parts.stored(4);
    assertThat(parts.isComplete()).isFalse();
    parts.stored(2);
    assertThat(parts.isComplete()).isTrue();
    assertThat(parts.storedBytes()).isEqualTo(6);
  }

  @Test
  void ofAnEmptySnapshotNothingIsMissing() {
    assertThat(new SnapshotParts(manifest(), file -> 0).isComplete()).isTrue();
    assertThat(new SnapshotParts(manifest(0, 0), file -> 0).isComplete()).isTrue();
    SnapshotParts whole = new SnapshotParts(manifest(9), file -> 3);
    assertThat(whole.isComplete()).isTrue();
    assertThat(whole.storedBytes()).as("its last chunk is small").isEqualTo(9);
  }

  /** Every place is one chunk's, and every chunk that is missing has one. */
  @Test
  void placesAndChunksBelongTogether() {
    Random random = new Random(1);
    for (int round = 0; round < 300; round++) {
      SnapshotManifest manifest =
          manifest(random.nextInt(20), random.nextInt(20), random.nextInt(3));
      int[] here = new int[3];
      for (int file = 0; file < here.length; file++) {
        here[file] = random.nextInt(manifest.files().get(file).chunks() + 1);
      }
      SnapshotParts parts = new SnapshotParts(manifest, file -> here[file]);
      long expected = 0;
      for (int file = 0; file < here.length; file++) {
        SnapshotFile one = manifest.files().get(file);
        for (int chunk = here[file]; chunk < one.chunks(); chunk++) {
          assertThat(parts.placeOf(file, one.offsetOf(chunk))).isEqualTo(expected);
          assertThat(parts.fileAt(expected)).isEqualTo(file);
          assertThat(parts.chunkAt(expected)).isEqualTo(chunk);
          assertThat(parts.takeNextToAsk()).isEqualTo(expected);
          expected++;
        }
      }
      assertThat(parts.hasMoreToAsk()).isFalse();
    }
  }
}
