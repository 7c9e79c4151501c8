package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.storage.DurableFolders;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** A folder that is there, isn't in use and can be written to, or a clear complaint. */
final class DataFolder {

  private DataFolder() {}

  /**
   * Makes a folder this process's own, before anything is written there; creates it, durably, if it doesn't exist.
   *
   * @param lockFile one of those that {@link FolderClaim} names
   */
  static FolderClaim claim(Path folder, String lockFile) {
    FolderClaim claim = null;
    try {
      DurableFolders.create(folder, lockFile);
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

  private static String reasonOf(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    String reason = e instanceof FileSystemException failed ? failed.getReason() : e.getMessage();
    return Objects.requireNonNullElse(reason, e.getClass().getSimpleName());
  }
}
