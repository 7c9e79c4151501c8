package io.github.balsaraft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.testing.SnapshotStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a file system. */
class FileSnapshotStoreTest extends SnapshotStoreContract {

  @TempDir
  private Path folder;

  @Override
  protected SnapshotStore open() {
    return new FileSnapshotStore(folder.resolve("snapshots"));
  }

  @Test
  void folderInUseIsRefusedAndSaysWhatToDo() throws Exception {
    try (SnapshotStore first = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(LogStoreException.class)
          .hasMessageContaining("in use by a running process")
          .hasMessageContaining("name another folder");
      assertThat(first.recover(GroupId.DEFAULT)).isEmpty();
    }
    SnapshotStore closedTwice = open();
    closedTwice.close();
    try (SnapshotStore other = open()) {
      // It gives back nothing that is somebody else's by now.
      closedTwice.close();
      assertThatThrownBy(this::open).hasMessageContaining("in use by a running process");
      assertThat(other.recover(GroupId.DEFAULT)).isEmpty();
    }
    // The lock's file stays, and is no snapshot.
    try (SnapshotStore again = open()) {
      assertThat(again.recover(GroupId.DEFAULT)).isEmpty();
    }
  }
}
