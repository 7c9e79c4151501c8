package io.github.balsaraft.storage;

import io.github.balsaraft.testing.SnapshotStoreContract;

/** The contract in memory. */
class MemorySnapshotStoreTest extends SnapshotStoreContract {

  private final MemorySnapshotFolder folder = new MemorySnapshotFolder();

  @Override
  protected SnapshotStore open() {
    return new MemorySnapshotStore(folder, 16);
  }
}
