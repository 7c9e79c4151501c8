package io.github.balsaraft.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Creates folders that are still there after a loss of power. For stores, and state machines, that keep their data in a folder of their own. */
public final class DurableFolders {

  private DurableFolders() {}

  /** What is done to folders. Tests let something happen in between. */
  interface Steps {
    void create(Path folder) throws IOException;

    /** Makes durable what became of the names in a folder. */
    void sync(Path folder) throws IOException;
  }

  private static final Steps ON_DISK = new Steps() {
    @Override
    public void create(Path folder) throws IOException {
      Files.createDirectory(folder);
    }

    @Override
    public void sync(Path folder) throws IOException {
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  };

  /**
   * Creates a folder, and those around it that are missing. Each survives a loss of power only once the folder around it is synced: else
   * all that is synced in it may be gone with it. A process may have ended between the two, so that a folder may be there and not be
   * durable. It is once it has a file that is created in it after this. Another process may create the same folder at the same time.
   *
   * @param firstFile the name of the file that the caller creates in the folder before any other, such as one to lock
   * @throws FileAlreadyExistsException if there is a file in the place of one of the folders
   * @throws IOException if one can't be created or synced
   */
  public static void create(Path folder, String firstFile) throws IOException {
    create(folder, firstFile, ON_DISK);
  }

  static void create(Path folder, String firstFile, Steps steps) throws IOException {
    Path absolute = folder.toAbsolutePath();
    if (!Files.exists(absolute.resolve(firstFile))) {
      create(absolute, steps);
    }
  }

  private static void create(Path folder, Steps steps) throws IOException {
    Path parent = folder.getParent();
    if (parent == null) {
      return;
    }
    create(parent, steps);
    boolean isNew = !Files.isDirectory(folder);
    if (isNew) {
      createUnlessOthersDo(folder, steps);
    }
    try {
      steps.sync(parent);
    } catch (IOException e) {
      // Where nothing was created there may be nothing to sync: a folder that isn't ours, or a file
      // system that has no syncs of folders.
      if (isNew) {
        throw e;
      }
    }
  }

  private static void createUnlessOthersDo(Path folder, Steps steps) throws IOException {
    try {
      steps.create(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }
}
