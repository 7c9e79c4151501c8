package io.github.balsaraft.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A snapshot store in a folder of a file system. The folder is created if it isn't there, must be on the same file system as a
 * whole, and belongs to this store alone.
 */
public final class FileSnapshotStore extends FolderSnapshotStore {

  /** Not that of a log store, so that a log may be in the folder around this one, or in the same. */
  private static final String LOCK_FILE = "balsa-snapshots.lock";

  private final FolderLock lock;

  /**
   * Opens the folder, and locks it until {@link #close}.
   *
   * @throws LogStoreException if it can't be created or written, or a running process uses it; the message says what to do
   * @throws UncheckedIOException if it can't be read or synced
   */
  public FileSnapshotStore(Path directory) {
    this(directory, FolderLock.acquire(directory, LOCK_FILE, "snapshots"));
  }

  private FileSnapshotStore(Path directory, FolderLock lock) {
    super(open(directory, lock), DEFAULT_CHUNK_BYTES);
    this.lock = lock;
  }

  private static NioSnapshotFolder open(Path directory, FolderLock lock) {
    try {
      return new NioSnapshotFolder(directory);
    } catch (IOException e) {
      lock.close();
      throw new UncheckedIOException(
          "the folder for snapshots, " + directory + ", can't be used: " + e, e);
    }
  }

  @Override
  public void close() {
    super.close();
    lock.close();
  }
}
