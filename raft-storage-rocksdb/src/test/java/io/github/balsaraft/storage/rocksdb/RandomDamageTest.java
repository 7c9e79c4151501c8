package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.RecoveredGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One bit is flipped anywhere in any file of a killed store. Whatever the place: the folder is refused, or reading says
 * that an entry is damaged, or everything is as it was. Never is an entry silently missing or wrong.
 */
@Timeout(110)
class RandomDamageTest {

  private static final int ENTRIES = 150;
  private static final int FLIPS = 250;

  @TempDir
  Path temporary;

  private int refused;
  private int complete;

  @Test
  void flippedBitIsNeverBelieved() throws IOException {
    Path killed = killedStore();
    List<Path> files = Folders.list(killed);
    assertThat(files).anyMatch(file -> file.toString().endsWith(".sst"));
    assertThat(WalCheck.files(killed)).hasSizeGreaterThan(1);
    Random random = new Random(7);
    for (int i = 0; i < FLIPS; i++) {
      Path file = files.get(random.nextInt(files.size()));
      if (Files.size(file) > 0) {
        flipAndOpen(killed, file.getFileName(), random.nextLong(8 * Files.size(file)));
      }
    }
    assertThat(refused).as("flips that were noticed").isGreaterThan(FLIPS / 2);
    assertThat(complete).as("flips where they do no harm").isPositive();
  }

  @Test
  void missingOrShortenedFileIsNeverBelieved() throws IOException {
    Path killed = killedStore();
    List<Path> wals = WalCheck.files(killed);
    Path newest = wals.get(wals.size() - 1).getFileName();
    for (Path original : Folders.list(killed)) {
      Path name = original.getFileName();
      if (name.equals(newest)) {
        continue;
      }
      for (long length : new long[] {-1, 0, Files.size(original) / 2, Files.size(original) - 1}) {
        Path damaged = temporary.resolve("damaged");
        Folders.copy(killed, damaged);
        if (length < 0) {
          Files.delete(damaged.resolve(name));
        } else {
          byte[] bytes = Files.readAllBytes(original);
          Files.write(damaged.resolve(name), Arrays.copyOf(bytes, (int) Math.max(0, length)));
        }
        assertCompleteOrRefused(damaged, name + " cut to " + length);
      }
    }
  }

  private Path killedStore() throws IOException {
    Path live = temporary.resolve("live");
    Path killed = temporary.resolve("killed");
    try (LogStore store =
        TestLog.at(live).memtableBytes(64 << 10).maxWalBytes(1 << 20).build()) {
      TestLog.create(store);
      for (long index = 1; index <= ENTRIES; index++) {
        TestLog.append(store, TestLog.batch(index, 1_000));
      }
      Folders.awaitTables(live, 2);
      Folders.copy(live, killed);
    }
    return killed;
  }

  private void flipAndOpen(Path killed, Path name, long bit) throws IOException {
    Path damaged = temporary.resolve("damaged");
    Folders.copy(killed, damaged);
    byte[] bytes = Files.readAllBytes(damaged.resolve(name));
    bytes[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
    Files.write(damaged.resolve(name), bytes);
    assertCompleteOrRefused(damaged, "bit " + bit % 8 + " of byte " + bit / 8 + " of " + name);
  }

  private void assertCompleteOrRefused(Path folder, String damage) {
    try (LogStore store = TestLog.at(folder).build()) {
      RecoveredGroup group = store.recover().groups().get(TestLog.G);
      List<EntryBatch> found = TestLog.readAll(store, group);
      assertThat(found).as(damage).hasSize(ENTRIES);
      for (EntryBatch batch : found) {
        assertThat(batch).as(damage).isEqualTo(TestLog.batch(batch.firstIndex(), 1_000));
      }
      complete++;
    } catch (LogStoreException | CorruptDataException e) {
      refused++;
      assertThat(e.getMessage()).as(damage).isNotBlank();
    }
  }
}
