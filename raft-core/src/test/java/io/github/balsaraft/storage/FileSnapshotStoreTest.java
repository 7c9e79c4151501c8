package io.github.balsaraft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.testing.FaultySnapshotDisk;
import io.github.balsaraft.testing.SnapshotStoreContract;
import io.github.balsaraft.testing.SnapshotStoreFaultsContract;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
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

  /** What it does with its files, when their power goes. */
  @Nested
  class WithFaults extends SnapshotStoreFaultsContract {
    private int disks;

    @Override
    protected FaultySnapshotDisk newDisk(long seed) {
      return new CutFilesDisk(folder.resolve("disk" + disks++), seed);
    }

    @Override
    protected int draws() {
      return 1;
    }
  }

  @Test
  void whoseTheSnapshotsAreIsReadAgainAndNoSnapshot() throws Exception {
    HostRecord unborn = new HostRecord(new HostId("n1"), 77, null);
    HostRecord born = unborn.inCluster(new ClusterIdentity(5, 1));
    try (SnapshotStore store = open()) {
      assertThat(store.owner()).isNull();
      store.claim(unborn);
      assertThat(store.owner()).isEqualTo(unborn);
    }
    Path file = folder.resolve("snapshots").resolve("balsa-snapshots.host");
    try (SnapshotStore store = open()) {
      assertThat(store.owner()).isEqualTo(unborn);
      assertThat(store.recover(GroupId.DEFAULT)).isEmpty();
      store.claim(born);
      assertThat(store.owner()).isEqualTo(born);
      assertThat(HostRecord.decode(Files.readAllBytes(file))).as("its format").isEqualTo(born);
    }
    Files.write(file, new byte[] {1, 2, 3});
    try (SnapshotStore store = open()) {
      assertThatThrownBy(store::owner)
          .as("somebody's, and nobody knows whose")
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("balsa-snapshots.host");
      store.claim(unborn);
      assertThat(store.owner()).isEqualTo(unborn);
    }
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
