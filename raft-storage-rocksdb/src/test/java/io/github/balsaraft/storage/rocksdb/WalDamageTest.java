package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damages the newest file of the write-ahead log of a store that was killed. What wasn't acknowledged may go; everything
 * else is either there or the folder is refused.
 */
@Timeout(100)
class WalDamageTest {

  private static final int ENTRIES = 40;

  @TempDir
  Path temporary;

  private Path killed;
  private byte[] wal;

  /** Where the last record and the one in the middle begin and end in the file. */
  private int lastStart;

  private int middleStart;
  private int middleEnd;

  @BeforeEach
  void writeAndKill() throws IOException {
    writeAndKill(ENTRIES, 900);
  }

  private void writeAndKill(int entries, int payloadBytes) throws IOException {
    Path live = temporary.resolve("live");
    Folders.delete(live);
    killed = temporary.resolve("killed");
    try (LogStore store = TestLog.at(live).build()) {
      TestLog.create(store);
      List<Long> sizes = new ArrayList<>();
      for (long index = 1; index <= entries; index++) {
        sizes.add(Files.size(newestWal(live)));
        TestLog.append(store, TestLog.batch(index, payloadBytes));
      }
      Folders.copy(live, killed);
      lastStart = sizes.get(entries - 1).intValue();
      middleStart = sizes.get(entries / 2).intValue();
      middleEnd = sizes.get(entries / 2 + 1).intValue();
    }
    wal = Files.readAllBytes(newestWal(killed));
  }

  @Test
  void undamagedLogIsComplete() throws IOException {
    assertOpensWith(wal, ENTRIES);
  }

  @Test
  void recordThatWasCutAnywhereIsGoneAndTheOthersStay() throws IOException {
    List<Integer> lengths = new ArrayList<>();
    for (int length = lastStart; length < wal.length; length++) {
      if (length < lastStart + 25 || length > wal.length - 4 || length % 61 == 0) {
        lengths.add(length);
      }
    }
    for (int length : lengths) {
      assertOpensWith(Arrays.copyOf(wal, length), ENTRIES - 1);
    }
  }

  /** Each length, but without RocksDB: what the scan finds decides. */
  @ParameterizedTest
  @CsvSource({"40, 900", "5, 70000"})
  void recordThatWasCutAtAnyByteIsTorn(int entries, int payloadBytes) throws IOException {
    writeAndKill(entries, payloadBytes);
    Path cut = temporary.resolve("cut.log");
    Files.write(cut, wal);
    try (FileChannel channel = FileChannel.open(cut, StandardOpenOption.WRITE)) {
      for (int length = wal.length - 1; length > lastStart; length--) {
        channel.truncate(length);
        assertTorn(cut, "cut to " + length);
      }
    }
  }

  @Test
  void recordThatLacksAnySectorsIsTorn() throws IOException {
    Path holed = temporary.resolve("holed.log");
    Random random = new Random(11);
    for (int payloadBytes : new int[] {900, 4_000, 31_000, 100_000}) {
      writeAndKill(5, payloadBytes);
      for (int round = 0; round < 200; round++) {
        byte[] damaged = TornSectors.withHoles(wal, lastStart, random);
        if (!Arrays.equals(damaged, wal)) {
          Files.write(holed, damaged);
          assertTorn(holed, "round " + round + " with payloads of " + payloadBytes + " bytes");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4_000, 31_000, 100_000})
  void recordThatLacksAnySectorsIsGone(int payloadBytes) throws IOException {
    writeAndKill(5, payloadBytes);
    for (int seed = 1; seed <= 5; seed++) {
      assertOpensWith(TornSectors.withHoles(wal, lastStart, new Random(seed)), 4);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 20_000, 40_000, 99_000, 100_000})
  void recordOfSeveralFragmentsThatWasCutIsGone(int missingBytes) throws IOException {
    writeAndKill(5, 100_000);
    assertOpensWith(Arrays.copyOf(wal, wal.length - missingBytes), 4);
  }

  @Test
  void recordWhoseEndIsZeroedIsGone() throws IOException {
    byte[] damaged = wal.clone();
    int border = (lastStart + 511) / 512 * 512;
    Arrays.fill(damaged, border, damaged.length, (byte) 0);
    assertOpensWith(damaged, ENTRIES - 1);
    Arrays.fill(damaged, lastStart, damaged.length, (byte) 0);
    assertOpensWith(damaged, ENTRIES - 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1_000, 100_000})
  void zerosAfterTheLastRecordAreNothing(int zeros) throws IOException {
    assertOpensWith(Arrays.copyOf(wal, wal.length + zeros), ENTRIES);
  }

  /** Bits 4 and 5 of a record are its length, 6 is its type: each has made RocksDB drop records silently or loop. */
  @Test
  void flippedBitInTheMiddleIsRefused() throws IOException {
    for (int position = middleStart;
        position < middleEnd;
        position += position < middleStart + 12 ? 1 : 101) {
      for (int bit = 0; bit < 8; bit += position < middleStart + 7 ? 1 : 3) {
        byte[] damaged = wal.clone();
        damaged[position] ^= (byte) (1 << bit);
        assertRefused(damaged);
      }
    }
  }

  /** The last record was acknowledged too. */
  @Test
  void flippedBitInTheLastRecordIsRefused() throws IOException {
    for (int position = lastStart;
        position < wal.length;
        position += position < lastStart + 7 ? 1 : 97) {
      for (int bit = 0; bit < 8; bit += position < lastStart + 7 ? 1 : 3) {
        byte[] damaged = wal.clone();
        damaged[position] ^= (byte) (1 << bit);
        assertRefused(damaged);
      }
    }
  }

  @Test
  void flippedBitInTheFirstRecordsIsRefused() throws IOException {
    for (int position = 0; position < 200; position++) {
      byte[] damaged = wal.clone();
      damaged[position] ^= 4;
      assertRefused(damaged);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4_096, 32_768})
  void zeroedPartInTheMiddleIsRefused(int bytes) throws IOException {
    byte[] damaged = wal.clone();
    Arrays.fill(damaged, 0, bytes, (byte) 0);
    assertRefused(damaged);
    damaged = wal.clone();
    int from = Math.min(middleStart, wal.length - bytes - 2_000);
    Arrays.fill(damaged, from, from + bytes, (byte) 0);
    assertRefused(damaged);
  }

  @Test
  void removedPartInTheMiddleIsRefused() throws IOException {
    byte[] damaged = Arrays.copyOf(wal, wal.length - (middleEnd - middleStart));
    System.arraycopy(wal, middleEnd, damaged, middleStart, wal.length - middleEnd);
    assertRefused(damaged);
  }

  private void assertOpensWith(byte[] damagedWal, int entries) throws IOException {
    Path folder = damagedCopy(damagedWal);
    // Twice: what was cut off or flushed by the first must not trouble the second.
    for (int round = 0; round < 2; round++) {
      try (LogStore store = TestLog.at(folder).build()) {
        List<EntryBatch> found = TestLog.readAll(store, store.recover().groups().get(TestLog.G));
        List<EntryBatch> expected = LongStream.rangeClosed(1, entries)
            .mapToObj(index -> TestLog.batch(index, found.get(0).sizeInBytes() - 48))
            .toList();
        assertThat(found).isEqualTo(expected);
        // The log goes on where it ends.
        TestLog.append(store, TestLog.batch(entries + 1, 10));
        store.write(LogWrite.of(
            List.of(new GroupWrite(TestLog.G, null, null, entries + 1, EntryId.NONE, List.of()))));
      }
    }
  }

  private void assertTorn(Path file, String damage) throws IOException {
    WalScan.Result found = WalScan.scan(file);
    assertThat(found.verdict()).as(damage).isEqualTo(WalScan.Verdict.TORN_END);
    assertThat(found.intactBytes()).as(damage).isEqualTo(lastStart);
  }

  private void assertRefused(byte[] damagedWal) throws IOException {
    Path folder = damagedCopy(damagedWal);
    try (LogStore store = TestLog.at(folder).build()) {
      assertThatThrownBy(store::recover)
          .isInstanceOf(LogStoreException.class)
          .hasMessageContaining("is damaged")
          .hasMessageContaining(newestWal(folder).getFileName().toString());
    }
  }

  private Path damagedCopy(byte[] damagedWal) throws IOException {
    Path folder = temporary.resolve("damaged");
    Folders.copy(killed, folder);
    Files.write(newestWal(folder), damagedWal);
    return folder;
  }

  private static Path newestWal(Path folder) throws IOException {
    List<Path> files = WalCheck.files(folder);
    return files.get(files.size() - 1);
  }
}
