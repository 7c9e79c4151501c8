package io.github.balsaraft.node;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.storage.RecoveredState;
import java.util.List;
import java.util.function.Consumer;

/** A store whose n-th write fails, with or without having reached the disk; every later one too. */
final class FailingStore implements LogStore {

  private final MemoryLogStore disk;
  private int failingWrite;
  private final boolean reachesDisk;
  private int writes;
  private int writesAfterFailure;
  private int reads;
  private Consumer<LogStoreException> listener = cause -> {};

  /**
   * @param failingWrite counted from 1; 0 for none
   * @param reachesDisk whether the failing write is on the disk nevertheless
   */
  FailingStore(MemoryLogStore.Contents contents, int failingWrite, boolean reachesDisk) {
    this.disk = new MemoryLogStore(contents);
    this.failingWrite = failingWrite;
    this.reachesDisk = reachesDisk;
  }

  /** How often somebody tried to write in spite of the failure. */
  int writesAfterFailure() {
    return writesAfterFailure;
  }

  /** How often entries were read back. */
  int reads() {
    return reads;
  }

  /** As when work that no call waits for goes wrong. */
  void failInBackground(LogStoreException cause) {
    failingWrite = Math.max(1, writes);
    listener.accept(cause);
  }

  @Override
  public void onFailure(Consumer<LogStoreException> newListener) {
    listener = newListener;
  }

  /** From now on the disk is in order, unless it has failed already. */
  void heal() {
    if (!hasFailed()) {
      failingWrite = 0;
    }
  }

  boolean hasFailed() {
    return failingWrite > 0 && writes >= failingWrite;
  }

  @Override
  public RecoveredState recover() {
    return disk.recover();
  }

  @Override
  public void write(LogWrite write) {
    if (hasFailed()) {
      writesAfterFailure++;
      throw new LogStoreException("a write after a failed one");
    }
    writes++;
    if (!hasFailed() || reachesDisk) {
      disk.write(write);
    }
    if (hasFailed()) {
      throw new LogStoreException("write " + writes + " fails, as asked");
    }
  }

  @Override
  public List<EntryBatch> read(GroupId group, long fromIndex, long toIndex, long maxBytes) {
    reads++;
    return disk.read(group, fromIndex, toIndex, maxBytes);
  }

  @Override
  public Durability durability() {
    return Durability.SYNCED;
  }

  @Override
  public void close() {
    disk.close();
  }
}
