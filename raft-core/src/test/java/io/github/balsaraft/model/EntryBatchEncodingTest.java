package io.github.balsaraft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.testing.GoldenBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stored form of entries: its bytes never change, and no damage to it goes unnoticed. */
class EntryBatchEncodingTest {

  private static final Path GOLDEN = Path.of("src/test/testdata/golden/entry-batches.txt");

  private static Map<String, EntryBatch> samples() {
    Payloads commands = new Payloads(EntryType.COMMAND, 0);
    for (String payload : new String[] {"first", "", "the third payload"}) {
      byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
      commands.add(bytes, Payloads.checksum(bytes));
    }
    EntryBatch batch = commands.place(new EntryId(3, 0x0102030405L), 1_700_000_000_123L);
    Map<String, EntryBatch> samples = new LinkedHashMap<>();
    samples.put("commands", batch);
    samples.put("commands-without-the-first", batch.from(batch.firstIndex() + 1));
    samples.put("commands-first-only", batch.upTo(batch.firstIndex()));
    samples.put("no-op", Payloads.single(EntryType.NO_OP, new byte[0]).place(new EntryId(1, 1), 0));
    samples.put(
        "configuration",
        Payloads.single(EntryType.CONFIGURATION, Configuration.EMPTY.encode())
            .place(new EntryId(Long.MAX_VALUE, Long.MAX_VALUE - 1), Long.MAX_VALUE));
    samples.put(
        "session",
        Payloads.single(EntryType.SESSION, SessionEntry.close(5)).place(new EntryId(2, 9), 7));
    return samples;
  }

  @Test
  void isReadAsItWasWritten() {
    samples()
        .values()
        .forEach(batch -> StoredForms.assertReadAs(batch, batch.encode(), EntryBatch::decode));
  }

  @Test
  void partOfAnArrayIsReadToo() {
    EntryBatch batch = samples().get("commands");
    ByteBuffer out = ByteBuffer.allocate(batch.sizeInBytes() + 20).position(9);
    batch.encodeTo(out);
    assertThat(EntryBatch.decode(out.array(), 9, batch.sizeInBytes())).isEqualTo(batch);
  }

  @Test
  void headerAndBodyMakeTheStoredForm() {
    EntryBatch batch = samples().get("commands-without-the-first");
    ByteBuffer out = ByteBuffer.allocate(batch.sizeInBytes());
    out.put(batch.encodeHeader()).put(batch.body());
    assertThat(out.array()).isEqualTo(batch.encode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "commands",
        "commands-without-the-first",
        "commands-first-only",
        "no-op",
        "configuration",
        "session"
      })
  void anyDamageIsNoticed(String name) {
    StoredForms.assertDamageIsNoticed(samples().get(name).encode(), EntryBatch::decode);
  }

  /** Header and body are each intact, but they belong to different batches. */
  @Test
  void bodyOfAnotherBatchIsNoticed() {
    byte[] mixed = samples().get("commands").encode();
    byte[] header = samples().get("commands-without-the-first").encodeHeader();
    System.arraycopy(header, 0, mixed, 0, header.length);
    assertThatThrownBy(() -> EntryBatch.decode(mixed)).isInstanceOf(CorruptDataException.class);
  }

  @Test
  void newerVersionAndUnknownTypeAreNotTakenForDamage() {
    for (int position : new int[] {0, 1}) {
      byte[] newer = samples().get("commands").encode();
      newer[position] = 99;
      int crc = StoredRecord.crc32c(newer, 0, EntryBatch.HEADER_BYTES - 4);
      ByteBuffer.wrap(newer).putInt(EntryBatch.HEADER_BYTES - 4, crc);
      String what = position == 0 ? "in format 99" : "of type 99";
      assertThatThrownBy(() -> EntryBatch.decode(newer))
          .isInstanceOf(UnknownFormatException.class)
          .hasMessageMatching("entries \\d+ to \\d+ of term \\d+ are " + what);
    }
  }

  @Test
  void bytesAreThoseOfTheFirstRelease() {
    Map<String, byte[]> actual = new LinkedHashMap<>();
    samples().forEach((name, batch) -> actual.put(name, batch.encode()));
    GoldenBytes.assertMatches(GOLDEN, "batches of entries, version 1", actual);
  }

  @Test
  void bytesOfTheFirstReleaseAreStillRead() {
    Map<String, byte[]> golden = GoldenBytes.read(GOLDEN);
    assertThat(golden.keySet()).isEqualTo(samples().keySet());
    samples()
        .forEach(
            (name, batch) -> StoredForms.assertReadAs(batch, golden.get(name), EntryBatch::decode));
  }

  @Test
  void slicesAreTheEntriesTheyName() {
    EntryBatch batch = samples().get("commands");
    long first = batch.firstIndex();
    assertThat(batch.from(first + 2).entries()).isEqualTo(batch.entries().subList(2, 3));
    assertThat(batch.upTo(first + 1).entries()).isEqualTo(batch.entries().subList(0, 2));
    assertThat(EntryBatch.decode(batch.from(first + 1).upTo(first + 1).encode()).entries())
        .isEqualTo(batch.entries().subList(1, 2));
    int two = batch.upTo(first + 1).sizeInBytes();
    assertThat(batch.beginningOfAtMost(two)).isEqualTo(batch.upTo(first + 1));
    assertThat(batch.beginningOfAtMost(two - 1)).isEqualTo(batch.upTo(first));
    assertThat(batch.beginningOfAtMost(0)).isEqualTo(batch.upTo(first));
  }
}
