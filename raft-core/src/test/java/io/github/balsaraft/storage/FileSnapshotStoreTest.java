package io.github.balsaraft.storage;

import io.github.balsaraft.testing.SnapshotStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a file system. */
class FileSnapshotStoreTest extends SnapshotStoreContract {

  @TempDir
  private Path folder;

  @Override
  protected SnapshotStore open() {
    return new FileSnapshotStore(folder.resolve("snapshots"));
  }
}
