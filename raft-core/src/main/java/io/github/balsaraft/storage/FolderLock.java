package io.github.balsaraft.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes sure that one store at a time uses a folder, of all stores in all processes of this machine. For stores that keep their data in a
 * folder of their own. Thread-safe; the lock goes with the process at the latest.
 */
public final class FolderLock implements AutoCloseable {

  // POSIX drops a process's lock on a file when it closes any channel to it. The second store of a
  // process must therefore be refused before it touches the file.
  private static final Set<Path> HELD_BY_THIS_PROCESS = new HashSet<>();

  /** Channels to files that another class loader of this process holds: to close one would drop its lock. They are few. */
  private static final List<FileChannel> LEFT_OPEN = new ArrayList<>();

  private final Path file;
  private final FileChannel channel;

  private FolderLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Creates the folder if it doesn't exist, durably, and locks it.
   *
   * @param file the name of the file to lock in the folder; it is created and stays
   * @param purpose what the folder is for, for people, such as "the log store"
   * @throws LogStoreException if it is locked, isn't a folder or can't be written
   */
  public static FolderLock acquire(Path directory, String file, String purpose) {
    synchronized (HELD_BY_THIS_PROCESS) {
      // A folder may be used for several things, each with a lock of its own.
      Path locked = create(directory, file, purpose).resolve(file);
      if (HELD_BY_THIS_PROCESS.contains(locked)) {
        throw inUse(directory);
      }
      FileChannel channel = open(directory, locked);
      HELD_BY_THIS_PROCESS.add(locked);
      return new FolderLock(locked, channel);
    }
  }

  private static Path create(Path directory, String file, String purpose) {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new LogStoreException(directory + " is a file: name a folder for " + purpose);
    }
    try {
      DurableFolders.create(directory, file);
      return directory.toRealPath();
    } catch (IOException e) {
      throw new LogStoreException("the folder " + directory + " can't be created: " + e, e);
    }
  }

  private static FileChannel open(Path directory, Path file) {
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      lock(directory, channel);
      return channel;
    } catch (AccessDeniedException e) {
      throw new LogStoreException(
          "the folder " + directory + " can't be written: give this process the right to (" + e
              + ")",
          e);
    } catch (IOException e) {
      // Such as no room, or too many open files: the system's own words say best what.
      throw new LogStoreException("the folder " + directory + " can't be locked: " + e, e);
    }
  }

  /** Locks a file of which this class holds no lock, or closes it. */
  static void lock(Path directory, FileChannel channel) throws IOException {
    boolean locked;
    try {
      locked = channel.tryLock() != null;
    } catch (IOException e) {
      // No copy of this class holds a lock that this would drop: that is found out before.
      channel.close();
      throw e;
    } catch (OverlappingFileLockException e) {
      // A copy of this class, loaded by another class loader of this process, holds it.
      LEFT_OPEN.add(channel);
      throw inUse(directory);
    }
    if (!locked) {
      channel.close();
      throw inUse(directory);
    }
  }

  private static LogStoreException inUse(Path directory) {
    return new LogStoreException("the folder " + directory
        + " is in use by a running process: stop that one first, or name another folder");
  }

  /** Does nothing the second time: somebody else may hold the lock by then. */
  @Override
  public void close() {
    synchronized (HELD_BY_THIS_PROCESS) {
      if (!channel.isOpen()) {
        return;
      }
      HELD_BY_THIS_PROCESS.remove(file);
      try {
        channel.close();
      } catch (IOException e) {
        // The lock goes with the process at the latest; nothing was to be written.
      }
    }
  }
}
