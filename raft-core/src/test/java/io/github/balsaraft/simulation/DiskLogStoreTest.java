package io.github.balsaraft.simulation;

import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.testing.FaultyDisk;
import io.github.balsaraft.testing.LogStoreContract;
import io.github.balsaraft.testing.LogStoreFaultsContract;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Disk;
import io.github.balsaraft.testing.simulation.world.DiskLogStore;
import org.junit.jupiter.api.Nested;

/** The store of simulated hosts keeps what it promises to them, on the disk that they have. */
class DiskLogStoreTest {

  @Nested
  class WithoutFaults extends LogStoreContract {
    private final Disk disk = new Disk(Chance.of(1, "disk"));

    @Override
    protected LogStore open() {
      return new DiskLogStore(disk);
    }
  }

  @Nested
  class WithFaults extends LogStoreFaultsContract {
    @Override
    protected FaultyDisk newDisk() {
      return new FaultySimulatedDisk(new Disk(Chance.of(1, "disk")));
    }
  }
}
