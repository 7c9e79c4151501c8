package io.github.balsaraft.testing;

import io.github.balsaraft.storage.SnapshotFolder;
import io.github.balsaraft.storage.SnapshotStore;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import java.util.function.Function;

/** A disk in memory for stores that work on a {@link SnapshotFolder}. */
public final class FragileSnapshotDisk implements FaultySnapshotDisk {

  private final FragileFolder folder;
  private final Function<SnapshotFolder, SnapshotStore> stores;
  private long failing;

  /**
   * An empty disk.
   *
   * @param seed decides what is left of the unsynced
   * @param stores makes a store on a folder
   */
  public FragileSnapshotDisk(long seed, Function<SnapshotFolder, SnapshotStore> stores) {
    this.folder = new FragileFolder(Chance.of(seed, "snapshots"));
    this.stores = stores;
  }

  @Override
  public SnapshotStore open() {
    return stores.apply(folder);
  }

  @Override
  public void stopAfter(int operations) {
    folder.powerOffAfter(operations);
  }

  @Override
  public void failOperation(int number) {
    failing = folder.operations() + number;
    folder.failOperation(number);
  }

  @Override
  public boolean hasFailed() {
    return folder.operations() > failing;
  }

  @Override
  public void powerCut() {
    folder.powerCut();
  }

  @Override
  public void processKilled() {
    folder.processKilled();
  }

  @Override
  public void flipBit() {
    if (!folder.flipABit()) {
      throw new IllegalStateException("the folder is empty");
    }
  }

  @Override
  public void cutFile() {
    if (!folder.cutAFile()) {
      throw new IllegalStateException("the folder is empty");
    }
  }
}
