package io.github.balsaraft.storage;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.ReplicaRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A log store in memory, for tests, simulations and first programs. A write is one step for every reader; nothing survives
 * the process, which {@link #durability()} says.
 *
 * <p>Batches are kept as they are, without copying their bytes. The part of a batch that a truncation or a compaction cuts
 * off is freed with the last part of it.
 *
 * <p>The contents are an object of their own and may outlive the store: a new store over the same {@link Contents} finds
 * what the closed one had written, as after the restart of a process whose disk lost nothing.
 */
public final class MemoryLogStore implements LogStore {

  private final Contents contents;
  private volatile boolean closed;
  private volatile boolean failed;

  /** A new, empty store. */
  public MemoryLogStore() {
    this(new Contents());
  }

  /** A store over the contents of another one, which has been closed. */
  public MemoryLogStore(Contents contents) {
    this.contents = contents;
  }

  /** What the store holds. */
  public Contents contents() {
    return contents;
  }

  @Override
  public SnapshotStore openSnapshots() {
    return new MemorySnapshotStore(contents.snapshots, FolderSnapshotStore.DEFAULT_CHUNK_BYTES);
  }

  @Override
  public RecoveredState recover() {
    requireOpen();
    synchronized (contents) {
      SortedMap<GroupId, RecoveredGroup> groups = new TreeMap<>();
      contents.groups.forEach((group, log) -> groups.put(group, log.recover()));
      return new RecoveredState(contents.host, groups);
    }
  }

  @Override
  public void write(LogWrite write) {
    requireOpen();
    if (failed) {
      throw new LogStoreException("an earlier write failed: open the store anew");
    }
    synchronized (contents) {
      try {
        if (write.host() != null) {
          contents.host = write.host();
        }
        for (GroupWrite part : write.groups()) {
          if (part.replica() != null) {
            contents.groups.putIfAbsent(part.group(), new GroupLog(part.replica()));
          }
          GroupLog log = contents.groups.get(part.group());
          if (log == null) {
            throw new IllegalArgumentException(
                "group " + part.group() + " has no replica record yet");
          }
          log.apply(part);
        }
      } catch (IllegalArgumentException e) {
        failed = true;
        throw new LogStoreException("the write breaks the contract: " + e.getMessage(), e);
      }
    }
  }

  @Override
  public List<EntryBatch> read(GroupId group, long fromIndex, long toIndex, long maxBytes) {
    requireOpen();
    synchronized (contents) {
      GroupLog log = contents.groups.get(group);
      if (log == null) {
        throw new LogStoreException("nothing is stored of group " + group);
      }
      return log.read(fromIndex, toIndex, maxBytes);
    }
  }

  @Override
  public long approximateBytes(GroupId group, long fromIndex, long toIndex) {
    requireOpen();
    synchronized (contents) {
      GroupLog log = contents.groups.get(group);
      return log == null ? 0 : log.bytes(fromIndex, toIndex);
    }
  }

  @Override
  public Durability durability() {
    return Durability.UNSAFE_IN_MEMORY;
  }

  @Override
  public void close() {
    closed = true;
  }

  private void requireOpen() {
    if (closed) {
      throw new LogStoreException("the log store is closed");
    }
  }

  /** What a {@link MemoryLogStore} holds. Used by one store at a time. */
  public static final class Contents {

    // Both are guarded by this object's monitor.
    private @Nullable HostRecord host;
    private final TreeMap<GroupId, GroupLog> groups = new TreeMap<>();

    private final MemorySnapshotFolder snapshots = new MemorySnapshotFolder();

    /** Contents of a new store. */
    public Contents() {}
  }

  /** The log of one group. */
  private static final class GroupLog {

    private final LogOutline outline = new LogOutline();

    /** Contiguous: those that are appended come last, and a compaction takes the first. */
    private final List<EntryBatch> batches = new ArrayList<>();

    private ReplicaRecord replica;
    private HardState hardState = HardState.INITIAL;

    GroupLog(ReplicaRecord replica) {
      this.replica = replica;
    }

    void apply(GroupWrite write) {
      if (write.replica() != null) {
        replica = write.replica();
      }
      if (write.hardState() != null) {
        hardState = write.hardState();
      }
      if (write.truncateFrom() > 0) {
        truncateFrom(write.truncateFrom());
      }
      if (write.base().index() > 0) {
        outline.startAfter(write.base());
        batches.removeIf(batch -> outline.isEmpty() || batch.lastIndex() < outline.firstIndex());
      }
      for (EntryBatch batch : write.append()) {
        outline.append(batch);
        batches.add(batch);
      }
    }

    private void truncateFrom(long index) {
      outline.truncateFrom(index);
      batches.subList(firstFrom(outline.lastIndex() + 1), batches.size()).clear();
      int last = batches.size() - 1;
      if (last >= 0 && batches.get(last).lastIndex() > outline.lastIndex()) {
        batches.set(last, batches.get(last).upTo(outline.lastIndex()));
      }
    }

    /** The position of the first batch that begins at this index or above; their number if none does. */
    private int firstFrom(long index) {
      int low = 0;
      int high = batches.size();
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (batches.get(middle).firstIndex() < index) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    List<EntryBatch> read(long fromIndex, long toIndex, long maxBytes) {
      if (fromIndex < outline.firstIndex()) {
        throw new CompactedException(fromIndex, outline.firstIndex());
      }
      if (fromIndex > toIndex || toIndex > outline.lastIndex()) {
        throw new LogStoreException("the log ends at " + outline.lastIndex() + ", so that ["
            + fromIndex + ", " + toIndex + "] can't be read");
      }
      BatchCollector collector = new BatchCollector(fromIndex, toIndex, maxBytes);
      while (!collector.isComplete()) {
        int holding = firstFrom(collector.nextIndex() + 1) - 1;
        if (holding < 0) {
          throw new IllegalStateException("no batch holds " + collector.nextIndex());
        }
        collector.add(batches.get(holding));
      }
      return collector.batches();
    }

    /** Of the batches that begin there. */
    long bytes(long fromIndex, long toIndex) {
      long bytes = 0;
      for (int i = firstFrom(fromIndex);
          i < batches.size() && batches.get(i).firstIndex() <= toIndex;
          i++) {
        bytes += batches.get(i).sizeInBytes();
      }
      return bytes;
    }

    RecoveredGroup recover() {
      EntryBatch lastBatch = batches.isEmpty() ? null : batches.get(batches.size() - 1);
      return new RecoveredGroup(
          replica,
          hardState,
          outline.base(),
          outline.last(),
          outline.termStarts(),
          outline.configurations(),
          lastBatch == null ? 0 : lastBatch.logTimeMillis());
    }
  }
}
