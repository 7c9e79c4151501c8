package io.github.balsaraft.examples.kv.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder of a server, as it is created and taken. */
class DataFolderTest {

  @TempDir
  private Path around;

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
