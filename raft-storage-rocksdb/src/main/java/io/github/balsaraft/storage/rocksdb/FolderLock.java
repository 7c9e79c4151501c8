package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.storage.LogStoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/**
 * Makes sure that one store at a time uses a folder. RocksDB has a lock of its own, but it is taken only while opening,
 * and the write-ahead log must be looked at before that.
 */
final class FolderLock implements AutoCloseable {

  private static final String FILE = "balsa.lock";

  // POSIX drops a process's lock on a file when it closes any channel to it. The second store of a
  // process must therefore be refused before it touches the file.
  private static final Set<Path> HELD_BY_THIS_PROCESS = new HashSet<>();

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Creates the folder if it doesn't exist, durably, and locks it.
   *
   * @throws LogStoreException if it is locked, isn't a folder or can't be written
   */
  static FolderLock acquire(Path directory) {
    synchronized (HELD_BY_THIS_PROCESS) {
      Path folder = create(directory);
      if (HELD_BY_THIS_PROCESS.contains(folder)) {
        throw inUse(directory);
      }
      FileChannel channel = open(directory, folder);
      HELD_BY_THIS_PROCESS.add(folder);
      return new FolderLock(folder, channel);
    }
  }

  private static Path create(Path directory) {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new LogStoreException(directory + " is a file: name a folder for the log store");
    }
    try {
      createDurably(directory.toAbsolutePath());
      return directory.toRealPath();
    } catch (IOException e) {
      throw new LogStoreException("the folder " + directory + " can't be created: " + e, e);
    }
  }

  /** A new folder survives power loss only once the folder around it is synced. */
  private static void createDurably(Path folder) throws IOException {
    Path parent = folder.getParent();
    if (parent == null || Files.isDirectory(folder)) {
      return;
    }
    createDurably(parent);
    Files.createDirectory(folder);
    try (FileChannel around = FileChannel.open(parent, StandardOpenOption.READ)) {
      around.force(true);
    }
  }

  private static FileChannel open(Path directory, Path folder) {
    try {
      FileChannel channel = FileChannel.open(
          folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isLocked(channel)) {
        channel.close();
        throw inUse(directory);
      }
      return channel;
    } catch (IOException e) {
      throw new LogStoreException(
          "the folder " + directory + " can't be written: give this process the right to (" + e
              + ")",
          e);
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // A copy of this class, loaded by another class loader of this process, holds it.
      return false;
    }
  }

  private static LogStoreException inUse(Path directory) {
    return new LogStoreException("the folder " + directory
        + " is in use by a running process: stop that one first, or name another folder");
  }

  @Override
  public void close() {
    synchronized (HELD_BY_THIS_PROCESS) {
      HELD_BY_THIS_PROCESS.remove(folder);
      try {
        channel.close();
      } catch (IOException e) {
        // The lock goes with the process at the latest; nothing was to be written.
      }
    }
  }
}
