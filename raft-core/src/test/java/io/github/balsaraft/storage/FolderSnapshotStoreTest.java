package io.github.balsaraft.storage;

import io.github.balsaraft.testing.FaultySnapshotDisk;
import io.github.balsaraft.testing.FragileSnapshotDisk;
import io.github.balsaraft.testing.SnapshotStoreContract;
import io.github.balsaraft.testing.SnapshotStoreFaultsContract;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import org.junit.jupiter.api.Nested;

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
  }

  @Nested
  class WithFaults extends SnapshotStoreFaultsContract {
    @Override
    protected FaultySnapshotDisk newDisk(long seed) {
      return new FragileSnapshotDisk(seed, folder -> new FolderSnapshotStore(folder, CHUNK_BYTES));
    }
  }
}
