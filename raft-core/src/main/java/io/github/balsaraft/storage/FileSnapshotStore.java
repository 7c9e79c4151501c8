package io.github.balsaraft.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A snapshot store in a folder of a file system. The folder is created if it isn't there, must be on the same file system as a
 * whole, and belongs to this store alone.
 */
public final class FileSnapshotStore extends FolderSnapshotStore {

  /**
   * Opens the folder.
   *
   * @throws UncheckedIOException if it can't be created or used; the message says which
   */
  public FileSnapshotStore(Path directory) {
    super(open(directory), DEFAULT_CHUNK_BYTES);
  }

  private static NioSnapshotFolder open(Path directory) {
    try {
      return new NioSnapshotFolder(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the folder for snapshots, " + directory + ", can't be used: " + e, e);
    }
  }
}
