package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.testing.LogStoreContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksDbLogStoreTest extends LogStoreContract {

  @TempDir
  Path temporary;

  private int copies;
  private Path folder;

  @Override
  protected LogStore open() {
    if (folder == null) {
      folder = temporary.resolve("0");
    }
    return RocksDbLogStore.builder()
        .directory(folder)
        .memtableBytes(64 << 10)
        .watchMillis(1)
        .build();
  }

  /** What batches go through is used again for each, grows, and isn't used for the largest. */
  @Test
  void batchesOfAnySizeInAnyOrder() {
    try (LogStore store = TestLog.at(temporary.resolve("sizes")).build()) {
      TestLog.create(store);
      int[] sizes = {1, 100 << 10, StoredForm.MAX_KEPT_BYTES, 100, 3 << 20, 3};
      List<EntryBatch> written = new ArrayList<>();
      for (int size : sizes) {
        written.add(TestLog.batch(written.size() + 1, size));
      }

      TestLog.append(store, written.toArray(EntryBatch[]::new));

      assertThat(store.read(TestLog.G, 1, sizes.length, Long.MAX_VALUE)).isEqualTo(written);
    }
  }

  /** The contract lets a store say that it doesn't know; this one does, once it is opened again, which is when it is asked. */
  @Test
  void knowsAboutHowLongALogIs() {
    Path log = temporary.resolve("estimate");
    try (LogStore store = TestLog.at(log).build()) {
      TestLog.create(store);
      for (int index = 1; index <= 8; index++) {
        TestLog.append(store, TestLog.batch(index, 1 << 20));
      }
    }
    try (LogStore store = TestLog.at(log).build()) {
      assertThat(store.recover().groups()).hasSize(1);
      assertThat(store.approximateBytes(TestLog.G, 1, 8)).isBetween(7L << 20, 9L << 20);
      assertThat(store.approximateBytes(TestLog.G, 5, 8)).isBetween(3L << 20, 5L << 20);
    }
  }

  /** What a killed process leaves: the files as they are, without any work of closing. */
  @Override
  protected LogStore killAndOpen(LogStore left) {
    try {
      Path copy = temporary.resolve(Integer.toString(++copies));
      Folders.copy(folder, copy);
      folder = copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    left.close();
    return open();
  }
}
