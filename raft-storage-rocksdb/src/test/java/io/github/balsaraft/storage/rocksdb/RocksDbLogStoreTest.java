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
    return RocksDbLogStore.builder().directory(folder).memtableBytes(64 << 10).build();
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
