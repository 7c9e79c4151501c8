package io.github.balsaraft.simulation;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.RecoveredState;
import io.github.balsaraft.testing.FaultyDisk;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Disk;
import io.github.balsaraft.testing.simulation.world.DiskLogStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The disk of a simulated host in the hands of the suite. It has one operation, the write that is synced at once, which fails
 * in each of its ways.
 */
final class FaultySimulatedDisk implements FaultyDisk {

  private static final List<Disk.Failure> FAILURES = List.of(Disk.Failure.values());

  private static final int FLIPS = 100;

  private final Disk disk;
  private Disk atWriteBegin;
  private @Nullable DiskLogStore opened;
  private @Nullable LogWrite latest;
  private boolean failed;

  FaultySimulatedDisk(Disk disk) {
    this.disk = disk;
    this.atWriteBegin = disk;
  }

  @Override
  public LogStore open() {
    DiskLogStore store = new DiskLogStore(disk);
    opened = store;
    return new WatchedStore(store);
  }

  @Override
  public boolean failInBackground() {
    Objects.requireNonNull(opened)
        .failInBackground(new LogStoreException("work in the background has failed"));
    return true;
  }

  @Override
  public void writeBegins() {
    atWriteBegin = disk.copy(Chance.of(0, "copy"));
  }

  @Override
  public List<FaultyDisk> cutDuringWrite(Random random) {
    List<FaultyDisk> left = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Disk cut = atWriteBegin.copy(Chance.of(random.nextLong(), "cut"));
      cut.failNextWrite(FAILURES.get(i % FAILURES.size()));
      FaultySimulatedDisk copy = new FaultySimulatedDisk(cut);
      try (LogStore store = copy.open()) {
        store.recover();
        store.write(latest);
      } catch (LogStoreException e) {
        left.add(new FaultySimulatedDisk(cut));
      }
    }
    return left;
  }

  @Override
  public List<FaultyDisk> cutNow(Random random) {
    return List.of(killNow());
  }

  @Override
  public FaultyDisk killNow() {
    return new FaultySimulatedDisk(disk.copy(Chance.of(0, "copy")));
  }

  @Override
  public void failOperation(int number) {
    if (number < FAILURES.size()) {
      disk.failNextWrite(FAILURES.get(number));
    }
  }

  @Override
  public boolean hasFailed() {
    return failed;
  }

  /** The store reads what is durable, and no read of this disk fails. */
  @Override
  public boolean recoveryHasOperations() {
    return false;
  }

  @Override
  public List<FaultyDisk> flipBits(Random random) {
    List<FaultyDisk> left = new ArrayList<>();
    for (int i = 0; i < FLIPS; i++) {
      Disk damaged = disk.copy(Chance.of(random.nextLong(), "flip"));
      if (damaged.flipABit()) {
        left.add(new FaultySimulatedDisk(damaged));
      }
    }
    return left;
  }

  /** Remembers the write that a loss of power cuts short. */
  private final class WatchedStore implements LogStore {
    private final LogStore store;

    WatchedStore(LogStore store) {
      this.store = store;
    }

    @Override
    public RecoveredState recover() {
      return store.recover();
    }

    @Override
    public void write(LogWrite write) {
      latest = write;
      try {
        store.write(write);
      } catch (LogStoreException e) {
        failed = true;
        throw e;
      }
    }

    @Override
    public List<EntryBatch> read(GroupId group, long fromIndex, long toIndex, long maxBytes) {
      return store.read(group, fromIndex, toIndex, maxBytes);
    }

    @Override
    public void onFailure(Consumer<LogStoreException> listener) {
      store.onFailure(listener);
    }

    @Override
    public Durability durability() {
      return store.durability();
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
