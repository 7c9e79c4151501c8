package io.github.balsaraft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFoldersTest {

  @TempDir
  private Path around;

  private final List<Path> synced = new ArrayList<>();

  /** Creates folders as ever, and notes what is synced. */
  private class Steps implements DurableFolders.Steps {
    @Override
    public void create(Path folder) throws IOException {
      Files.createDirectory(folder);
    }

    @Override
    public void sync(Path folder) throws IOException {
      synced.add(folder);
    }
  }

  private Steps failing(Path where, IOException failure) {
    return new Steps() {
      @Override
      public void sync(Path folder) throws IOException {
        if (folder.equals(where)) {
          throw failure;
        }
        super.sync(folder);
      }
    };
  }

  @Test
  @DisplayName("each new folder is made durable in the one around it")
  void newFolders() throws IOException {
    Path folder = around.resolve("a").resolve("b").resolve("c");
    DurableFolders.create(folder, "lock", new Steps() {
      @Override
      public void sync(Path parent) throws IOException {
        assertThat(parent).as("after the new one is there").isNotEmptyDirectory();
        super.sync(parent);
      }
    });
    assertThat(folder).isDirectory();
    assertThat(synced).endsWith(around, around.resolve("a"), around.resolve("a").resolve("b"));
  }

  @Test
  @DisplayName("folders are created on the disk")
  void onDisk() throws IOException {
    Path folder = around.resolve("a").resolve("b");
    DurableFolders.create(folder, "lock");
    DurableFolders.create(folder, "lock");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  @DisplayName("folders of a process that has ended before they were durable are made so")
  void foldersOfAnEarlierProcess() throws IOException {
    Path folder = around.resolve("a").resolve("b");
    Steps failing = failing(around.resolve("a"), new IOException("the end"));
    assertThatThrownBy(() -> DurableFolders.create(folder, "lock", failing)).hasMessage("the end");
    assertThat(folder).isDirectory();
    synced.clear();
    DurableFolders.create(folder, "lock", new Steps());
    assertThat(synced).endsWith(around, around.resolve("a"));
    Files.createFile(folder.resolve("lock"));
    synced.clear();
    DurableFolders.create(folder, "lock", new Steps());
    assertThat(synced).as("the file came after the syncs").isEmpty();
  }

  @Test
  @DisplayName("folders that can't be synced are others' affair, unless something new is in them")
  void foldersOfOthers() throws IOException {
    Path folder = Files.createDirectory(around.resolve("a"));
    DurableFolders.create(folder, "lock", failing(around, new AccessDeniedException("it")));
    Steps failing = failing(folder, new AccessDeniedException("it"));
    assertThatThrownBy(() -> DurableFolders.create(folder.resolve("b"), "lock", failing))
        .isInstanceOf(AccessDeniedException.class);
  }

  /** As when a log and a key-value database begin in the same new folder, each in a process of its own. */
  @Test
  @DisplayName("another process may create them at the same moment")
  void atTheSameMoment() throws IOException {
    Path folder = around.resolve("a").resolve("b");
    DurableFolders.create(folder, "lock", new Steps() {
      @Override
      public void create(Path created) throws IOException {
        Files.createDirectory(created);
        super.create(created);
      }
    });
    assertThat(folder).isDirectory();
    assertThat(synced)
        .as("the other may not have come to that")
        .endsWith(around, around.resolve("a"));
  }

  @Test
  @DisplayName("a file in the place of a folder is said to be there")
  void fileInItsPlace() throws IOException {
    Path file = Files.createFile(around.resolve("file"));
    assertThatThrownBy(() -> DurableFolders.create(file, "lock"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> DurableFolders.create(file.resolve("b"), "lock"))
        .isInstanceOf(FileAlreadyExistsException.class);
  }
}
