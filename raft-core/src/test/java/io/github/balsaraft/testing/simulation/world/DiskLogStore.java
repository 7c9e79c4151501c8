package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.storage.RecoveredState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A log store on a simulated {@link Disk}, opened by one process. It keeps every promise of {@link LogStore} as well as the disk
 * lets it: what it reads it reads from the bytes that are there by now, and it never writes again after a write has failed; unless it is a
 * {@linkplain #trusting trusting} one.
 */
public final class DiskLogStore implements LogStore {

  private final Disk disk;
  private final Consumer<LogWrite> onDurable;

  /** Whether writes are refused once one has failed, as the contract has it. */
  private final boolean refuses;

  private MemoryLogStore index = new MemoryLogStore();
  private boolean failed;

  /** What was to be written when that failed; it can be read. */
  private byte @Nullable [] failedWrite;

  private int writesAfterFailure;
  private int reads;
  private @Nullable LogStoreException inBackground;
  private Consumer<LogStoreException> listener = cause -> {};

  /** A store on a disk. */
  public DiskLogStore(Disk disk) {
    this(disk, write -> {}, true);
  }

  private DiskLogStore(Disk disk, Consumer<LogWrite> onDurable, boolean refuses) {
    this.disk = disk;
    this.onDurable = onDurable;
    this.refuses = refuses;
  }

  /**
   * A store that doesn't save its host from a mistake: who writes again after a write has failed is told that it was done, and
   * finds after the next crash that it was not.
   *
   * @param onDurable told of each write that is called durable, before whoever asked for it
   */
  static DiskLogStore trusting(Disk disk, Consumer<LogWrite> onDurable) {
    return new DiskLogStore(disk, onDurable, false);
  }

  /** Whether a write has failed, or work that no call waits for. */
  public boolean hasFailed() {
    return failed;
  }

  /** How often somebody tried to write in spite of a write that had failed. */
  public int writesAfterFailure() {
    return writesAfterFailure;
  }

  /** How often entries were read back. */
  public int reads() {
    return reads;
  }

  /** As when work that no call waits for goes wrong: whoever listens is told, and nothing is written any more. */
  public void failInBackground(LogStoreException cause) {
    failed = true;
    inBackground = cause;
    listener.accept(cause);
  }

  @Override
  public void onFailure(Consumer<LogStoreException> newListener) {
    listener = newListener;
    if (inBackground != null) {
      listener.accept(inBackground);
    }
  }

  @Override
  public RecoveredState recover() {
    index = new MemoryLogStore();
    MemoryLogStore inMemory = new MemoryLogStore();
    for (byte[] stored : disk.read()) {
      index.write(StoredWrite.decode(stored));
      inMemory.write(StoredWrite.decode(stored.clone()));
    }
    RecoveredState unused = index.recover();
    // What the process has read into its memory doesn't change with the disk.
    return inMemory.recover();
  }

  @Override
  public void write(LogWrite write) {
    if (failed) {
      // Of a failure in the background the writer may not know yet, and hears of it now.
      writesAfterFailure += inBackground == null ? 1 : 0;
      if (refuses || inBackground != null) {
        throw new LogStoreException("an earlier write failed: open the store anew");
      }
    }
    boolean hadFailed = failed;
    byte[] stored = StoredWrite.encode(disk.nextNumber(), write);
    failed = true;
    // First of all, so that nothing is stored of what breaks the contract. Its entries are views of
    // the bytes on the disk, so that a bit that changes there changes what is read.
    if (!isFailedWrite(stored)) {
      index.write(StoredWrite.decode(stored));
    }
    failedWrite = stored;
    disk.append(stored);
    failedWrite = null;
    failed = hadFailed;
    onDurable.accept(write);
  }

  /** Whether it is the one that has failed, once more; the number in its header may be another. */
  private boolean isFailedWrite(byte[] stored) {
    return failedWrite != null && StoredWrite.isSameContent(failedWrite, stored);
  }

  @Override
  public List<EntryBatch> read(GroupId group, long fromIndex, long toIndex, long maxBytes) {
    reads++;
    List<EntryBatch> read = new ArrayList<>();
    try {
      for (EntryBatch batch : index.read(group, fromIndex, toIndex, maxBytes)) {
        read.add(EntryBatch.decode(batch.encode()));
      }
    } catch (CorruptDataException e) {
      disk.damageIsFound();
      throw e;
    }
    return read;
  }

  @Override
  public long approximateBytes(GroupId group, long fromIndex, long toIndex) {
    return index.approximateBytes(group, fromIndex, toIndex);
  }

  @Override
  public Durability durability() {
    return Durability.SYNCED;
  }

  @Override
  public void close() {
    index.close();
  }
}
