package io.github.balsaraft.examples.kv.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder of a server, as it is created and taken. */
class DataFolderTest {

  @TempDir
  private Path around;

  @Test
  @DisplayName("each new folder is made durable in the one around it")
  void newFolders() throws IOException {
    List<Path> synced = new ArrayList<>();
    Path folder = around.resolve("a").resolve("b").resolve("c");
    DataFolder.createDurably(folder, "lock", parent -> {
      assertThat(parent).as("after the new one is there").isNotEmptyDirectory();
      synced.add(parent);
    });
    assertThat(folder).isDirectory();
    assertThat(synced).endsWith(around, around.resolve("a"), around.resolve("a").resolve("b"));
  }

  @Test
  @DisplayName("folders of a process that has ended before they were durable are made so")
  void foldersOfAnEarlierProcess() throws IOException {
    Path folder = around.resolve("a").resolve("b");
    assertThatThrownBy(() -> DataFolder.createDurably(folder, "lock", parent -> {
          if (parent.equals(around.resolve("a"))) {
            throw new IOException("the end");
          }
        }))
        .hasMessage("the end");
    List<Path> synced = new ArrayList<>();
    DataFolder.createDurably(folder, "lock", synced::add);
    assertThat(synced).endsWith(around, around.resolve("a"));
    Files.createFile(folder.resolve("lock"));
    synced.clear();
    DataFolder.createDurably(folder, "lock", synced::add);
    assertThat(synced).as("the lock file came after the syncs").isEmpty();
  }

  @Test
  @DisplayName("folders that can't be opened are others' affair, unless something new is in them")
  void foldersOfOthers() throws IOException {
    Path folder = Files.createDirectory(around.resolve("a"));
    DataFolder.createDurably(folder, "lock", parent -> {
      throw new AccessDeniedException("it");
    });
    assertThatThrownBy(() -> DataFolder.createDurably(folder.resolve("b"), "lock", parent -> {
          throw new AccessDeniedException("it");
        }))
        .isInstanceOf(AccessDeniedException.class);
  }

  @Test
  @DisplayName("a new folder is this process's own")
  void claim() {
    Path folder = around.resolve("a").resolve("b");
    try (FolderClaim claim = DataFolder.claim(folder, FolderClaim.SERVER)) {
      assertThat(claim).isNotNull();
      assertThat(folder.resolve(FolderClaim.SERVER)).exists();
    }
  }

  @Test
  @DisplayName("a file in the place of the folder is a complaint")
  void fileInItsPlace() throws IOException {
    Path file = Files.createFile(around.resolve("file"));
    assertThatThrownBy(() -> DataFolder.claim(file, FolderClaim.SERVER))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("is a file, not a folder");
  }
}
