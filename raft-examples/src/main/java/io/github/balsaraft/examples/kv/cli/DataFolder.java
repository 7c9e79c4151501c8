package io.github.balsaraft.examples.kv.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/** A folder that is there, isn't in use and can be written to, or a clear complaint. */
final class DataFolder {

  private DataFolder() {}

  /** Makes durable what became of the names in a folder. */
  @FunctionalInterface
  interface FolderSync {
    void sync(Path folder) throws IOException;
  }

  /**
   * Makes a folder this process's own, before anything is written there; creates it, durably, if it doesn't exist.
   *
   * @param lockFile one of those that {@link FolderClaim} names
   */
  static FolderClaim claim(Path folder, String lockFile) {
    FolderClaim claim = null;
    try {
      createDurably(folder.toAbsolutePath(), lockFile, DataFolder::sync);
      claim = FolderClaim.take(folder, lockFile);
      // Asking for permissions isn't enough: the file system may be read-only or full.
      Path probe = Files.createTempFile(folder, "probe", ".tmp");
      Files.delete(probe);
      return claim;
    } catch (FileAlreadyExistsException e) {
      throw new StartupException(folder + " is a file, not a folder; choose another --data");
    } catch (IOException e) {
      if (claim != null) {
        claim.close();
      }
      throw new StartupException(
          "can't write to the folder " + folder + " (" + reasonOf(e) + "); choose another --data");
    }
  }

  /**
   * Creates a folder, and those around it that are missing. Each survives a loss of power only once the folder around it is synced: else
   * all that is synced in it may be gone with it. A process may have ended between the two, so that a folder may be there and not be
   * durable. It is once it has the lock file, which comes last.
   */
  static void createDurably(Path folder, String lockFile, FolderSync sync) throws IOException {
    if (!Files.exists(folder.resolve(lockFile))) {
      createDurably(folder, sync);
    }
  }

  private static void createDurably(Path folder, FolderSync sync) throws IOException {
    Path parent = folder.getParent();
    if (parent == null) {
      return;
    }
    createDurably(parent, sync);
    boolean isNew = !Files.isDirectory(folder);
    if (isNew) {
      create(folder);
    }
    try {
      sync.sync(parent);
    } catch (IOException e) {
      // Where nothing was created there may be nothing to sync: a folder that isn't ours, or a file
      // system that has no syncs of folders.
      if (isNew) {
        throw e;
      }
    }
  }

  private static void create(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      // Perhaps another process has just created it.
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  private static String reasonOf(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    String reason = e instanceof FileSystemException failed ? failed.getReason() : e.getMessage();
    return Objects.requireNonNullElse(reason, e.getClass().getSimpleName());
  }
}
