package io.github.balsaraft.storage;

/** A snapshot store in memory, for tests, simulations and first programs. Nothing survives the process. */
public final class MemorySnapshotStore extends FolderSnapshotStore {

  /** A new, empty store. */
  public MemorySnapshotStore() {
    this(new MemorySnapshotFolder(), DEFAULT_CHUNK_BYTES);
  }

  MemorySnapshotStore(SnapshotFolder folder, int chunkBytes) {
    super(folder, chunkBytes);
  }
}
