package io.github.balsaraft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.testing.GoldenBytes;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SnapshotManifestTest {

  private static final Path GOLDEN = Path.of("src/test/testdata/golden/snapshot-manifests.txt");

  private static final SnapshotHeader HEADER = new SnapshotHeader(
      new EntryId(3, 70),
      5,
      Configuration.of(List.of(Member.voter(new ReplicaId(1), new HostId("n1"), "n1:7400"))),
      9,
      1_700_000_000_000L);

  private static final SnapshotManifest EMPTY =
      new SnapshotManifest(0x0102030405060708L, HEADER, 1, List.of());
  private static final SnapshotManifest USUAL = new SnapshotManifest(
      -2,
      HEADER,
      4,
      List.of(
          new SnapshotFile("state", 9, 4, new int[] {1, -1, Integer.MIN_VALUE}),
          new SnapshotFile("l\u00e9\u00e8r", 0, 4, new int[0]),
          new SnapshotFile(SnapshotManifest.SESSIONS_FILE, 4, 4, new int[] {7})));

  private static Map<String, SnapshotManifest> samples() {
    Map<String, SnapshotManifest> samples = new LinkedHashMap<>();
    samples.put("manifest-without-files", EMPTY);
    samples.put("manifest-of-three-files", USUAL);
    return samples;
  }

  private static void assertSame(SnapshotManifest actual, SnapshotManifest expected) {
    assertThat(actual.id()).isEqualTo(expected.id());
    assertThat(actual.header()).isEqualTo(expected.header());
    assertThat(actual.chunkBytes()).isEqualTo(expected.chunkBytes());
    assertThat(actual.bytes()).isEqualTo(expected.bytes());
    assertThat(actual.files()).hasSameSizeAs(expected.files());
    for (int i = 0; i < actual.files().size(); i++) {
      SnapshotFile file = actual.files().get(i);
      SnapshotFile other = expected.files().get(i);
      assertThat(file.name()).isEqualTo(other.name());
      assertThat(file.bytes()).isEqualTo(other.bytes());
      assertThat(file.chunks()).isEqualTo(other.chunks());
      for (int chunk = 0; chunk < file.chunks(); chunk++) {
        assertThat(file.checksumOf(chunk)).isEqualTo(other.checksumOf(chunk));
        assertThat(file.lengthOf(chunk)).isEqualTo(other.lengthOf(chunk));
      }
    }
  }

  @Test
  void isReadAsItWasWritten() {
    samples()
        .forEach(
            (name, manifest) -> assertSame(SnapshotManifest.decode(manifest.encode()), manifest));
  }

  @Test
  void bytesAreThoseOfTheFirstRelease() {
    Map<String, byte[]> actual = new LinkedHashMap<>();
    samples().forEach((name, manifest) -> actual.put(name, manifest.encode()));
    GoldenBytes.assertMatches(GOLDEN, "manifests of snapshots, version 1", actual);
  }

  @Test
  void bytesOfTheFirstReleaseAreStillRead() {
    Map<String, byte[]> golden = GoldenBytes.read(GOLDEN);
    assertThat(golden.keySet()).isEqualTo(samples().keySet());
    samples()
        .forEach(
            (name, manifest) -> assertSame(SnapshotManifest.decode(golden.get(name)), manifest));
  }

  @Test
  void anyDamageIsNoticed() {
    StoredForms.assertDamageIsNoticed(USUAL.encode(), SnapshotManifest::decode);
  }

  @Test
  void newerVersionIsNotTakenForDamage() {
    assertThatThrownBy(() -> SnapshotManifest.decode(StoredForms.withVersion(2, USUAL.encode())))
        .isInstanceOf(UnknownFormatException.class);
  }

  /**
   * Whoever made the bytes has given them the right checksum: what they claim need not make sense all the same, and nobody is made
   * to reserve memory for it.
   */
  @Test
  void whatASenderInventsIsReadOrRefused() {
    Random random = new Random(1);
    byte[] original = USUAL.encode();
    int read = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] invented = Arrays.copyOf(original, original.length - random.nextInt(2) * 4);
      for (int change = 0; change <= random.nextInt(4); change++) {
        // The first byte says the version.
        int at = 1 + random.nextInt(invented.length - 5);
        if (random.nextBoolean()) {
          invented[at] = (byte) random.nextInt();
        } else if (at + 8 < invented.length) {
          ByteBuffer.wrap(invented).putInt(at, random.nextInt() >>> random.nextInt(32));
        }
      }
      int end = invented.length - 4;
      ByteBuffer.wrap(invented).putInt(end, StoredRecord.crc32c(invented, 0, end));
      try {
        SnapshotManifest manifest = SnapshotManifest.decode(invented);
        assertThat(manifest.bytes()).isNotNegative();
        assertSame(SnapshotManifest.decode(manifest.encode()), manifest);
        read++;
      } catch (CorruptDataException | UnknownFormatException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
    assertThat(read).as("checksums may be anything").isBetween(300, 19_000);
  }

  @Test
  void twoFilesOfOneNameAreRefused() {
    SnapshotFile file = new SnapshotFile("state", 0, 4, new int[0]);
    assertThatThrownBy(() -> new SnapshotManifest(1, HEADER, 4, List.of(file, file)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
