package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.testing.LogStoreContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
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
