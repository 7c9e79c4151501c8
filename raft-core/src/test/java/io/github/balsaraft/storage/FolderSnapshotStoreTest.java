package io.github.balsaraft.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.testing.FaultySnapshotDisk;
import io.github.balsaraft.testing.FragileSnapshotDisk;
import io.github.balsaraft.testing.SnapshotStoreContract;
import io.github.balsaraft.testing.SnapshotStoreFaultsContract;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import java.io.IOException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contracts on a disk that loses what was not synced. */
class FolderSnapshotStoreTest {

  private static final int CHUNK_BYTES = 64;

  @Nested
  class WithoutFaults extends SnapshotStoreContract {
    private final FragileFolder folder = new FragileFolder(Chance.of(1, "contract"));

    @Override
    protected SnapshotStore open() {
      return new FolderSnapshotStore(folder, CHUNK_BYTES);
    }

    /** Only a manifest that has its name says that a snapshot was complete, so files without one are what a crash has left. */
    @Test
    void missingFilesOfACompleteSnapshotAreReportedAndTheRestStays() throws IOException {
      write(open(), GROUP, 9, "nine");
      String last =
          folder.list().stream().filter(name -> name.endsWith(".2")).findAny().orElseThrow();
      folder.delete(last);
      folder.create("g1-12-3-7.0").close();
      for (int process = 0; process < 2; process++) {
        SnapshotStore store = open();
        assertThat(store.recover(GROUP)).isEmpty();
        assertThat(store.damaged(GROUP).toString())
            .contains(
                "9@3#10", "its file a/name that no file system takes\n (400 bytes) is missing");
      }
      assertThat(folder.list()).hasSize(3).allMatch(name -> name.startsWith("g1-9-3-10."));
    }

    @Test
    void chunksAreAsSmallAsAMessageTakes() throws IOException {
      SnapshotStore store = open();
      store.chunksOfAtMost(16);
      SnapshotManifest small = write(store, GROUP, 9, "nine");
      assertThat(small.chunkBytes()).isEqualTo(16);
      assertThat(read(store, GROUP, small)).isEqualTo("nine");
      store.chunksOfAtMost(Integer.MAX_VALUE);
      assertThat(write(store, GROUP, 10, "ten").chunkBytes()).isEqualTo(CHUNK_BYTES);
    }

    /** They are of no use to anybody, and no more is known of them. */
    @Test
    void aManifestUnderAForeignNameStays() throws IOException {
      folder.create("g1-copy.manifest").close();
      SnapshotStore store = open();
      assertThat(store.recover(GROUP)).isEmpty();
      assertThat(store.damaged(GROUP)).isEmpty();
      assertThat(folder.list()).containsExactly("g1-copy.manifest");
    }
  }

  @Nested
  class WithFaults extends SnapshotStoreFaultsContract {
    @Override
    protected FaultySnapshotDisk newDisk(long seed) {
      return new FragileSnapshotDisk(seed, folder -> new FolderSnapshotStore(folder, CHUNK_BYTES));
    }
  }
}
