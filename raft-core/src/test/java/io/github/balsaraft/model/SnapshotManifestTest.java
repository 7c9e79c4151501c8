package io.github.balsaraft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.balsaraft.testing.GoldenBytes;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The list of what a snapshot consists of: its bytes never change, and whatever else comes in its place is refused. */
class SnapshotManifestTest {

  private static final Path GOLDEN = Path.of("src/test/testdata/golden/snapshot-manifest.txt");

  private static final SnapshotHeader HEADER = new SnapshotHeader(
      new EntryId(3, 70),
      5,
      Configuration.of(List.of(Member.voter(new ReplicaId(1), new HostId("n1"), "n1:1"))),
      9,
      1_700_000_000_000L);

  private static final SnapshotManifest EMPTY = new SnapshotManifest(1, HEADER, 1, List.of());

  private static final SnapshotManifest FILES = new SnapshotManifest(
      -2,
      HEADER,
      1024,
      List.of(
          new SnapshotFile("state", 2049, 1024, new int[] {1, -1, 0x12345678}),
          new SnapshotFile("nothing", 0, 1024, new int[0]),
          new SnapshotFile("h\u00f6hle/\u4e2d", 1024, 1024, new int[] {7}),
          new SnapshotFile(SnapshotManifest.SESSIONS_FILE, 3, 1024, new int[] {9})));

  private static Map<String, SnapshotManifest> samples() {
    Map<String, SnapshotManifest> samples = new LinkedHashMap<>();
    samples.put("manifest-without-files", EMPTY);
    samples.put("manifest-with-files", FILES);
    return samples;
  }

  private static void assertSame(SnapshotManifest read, SnapshotManifest written) {
    assertThat(read.id()).isEqualTo(written.id());
    assertThat(read.header()).isEqualTo(written.header());
    assertThat(read.chunkBytes()).isEqualTo(written.chunkBytes());
    assertThat(read.bytes()).isEqualTo(written.bytes());
    assertThat(read.files()).hasSameSizeAs(written.files());
    for (int i = 0; i < read.files().size(); i++) {
      SnapshotFile one = read.files().get(i);
      SnapshotFile other = written.files().get(i);
      assertThat(one.name()).isEqualTo(other.name());
      assertThat(one.bytes()).isEqualTo(other.bytes());
      for (int chunk = 0; chunk < other.chunks(); chunk++) {
        assertThat(one.checksumOf(chunk)).isEqualTo(other.checksumOf(chunk));
      }
    }
  }

  @Test
  void bytesAreThoseOfTheFirstReleaseAndAreStillRead() {
    Map<String, byte[]> actual = new LinkedHashMap<>();
    samples().forEach((name, manifest) -> actual.put(name, manifest.encode()));
    GoldenBytes.assertMatches(GOLDEN, "manifests of snapshots, version 1", actual);
    Map<String, byte[]> golden = GoldenBytes.read(GOLDEN);
    samples()
        .forEach(
            (name, manifest) -> assertSame(SnapshotManifest.decode(golden.get(name)), manifest));
  }

  @Test
  void anyDamageIsNoticed() {
    StoredForms.assertDamageIsNoticed(FILES.encode(), SnapshotManifest::decode);
  }

  @Test
  void newerVersionIsNotTakenForDamage() {
    assertThatThrownBy(() -> SnapshotManifest.decode(StoredForms.withVersion(2, FILES.encode())))
        .isInstanceOf(UnknownFormatException.class);
  }

  @Test
  @DisplayName("two files of one name are refused")
  void names() {
    SnapshotFile file = new SnapshotFile("a", 0, 8, new int[0]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SnapshotManifest(1, HEADER, 8, List.of(file, file)))
        .withMessageContaining("two files are called a");
  }

  @Test
  @DisplayName(
      "bytes with a right checksum that contradict themselves are refused, and reserve no memory for what they promise")
  void nonsenseWithARightChecksum() {
    byte[] good = FILES.encode();
    SplittableRandom random = new SplittableRandom(42);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = good.clone();
      for (int change = random.nextInt(1, 5); change > 0; change--) {
        int at = random.nextInt(1, bad.length - 4);
        if (random.nextBoolean() && at < bad.length - 8) {
          ByteBuffer.wrap(bad).putInt(at, random.nextBoolean() ? -1 : Integer.MAX_VALUE);
        } else {
          bad[at] = (byte) random.nextInt(256);
        }
      }
      byte[] resealed = StoredForms.withVersion(good[0], bad);
      Throwable refused = catchThrowable(() -> SnapshotManifest.decode(resealed));
      if (refused == null) {
        read++;
      } else {
        assertThat(refused)
            .isInstanceOfAny(CorruptDataException.class, UnknownFormatException.class);
      }
    }
    assertThat(read).as("some changes are of numbers that may be anything").isPositive();
  }
}
