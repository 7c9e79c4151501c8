package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.storage.BatchCollector;
import io.github.balsaraft.storage.CompactedException;
import io.github.balsaraft.storage.FileSnapshotStore;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.RecoveredState;
import io.github.balsaraft.storage.SnapshotStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Statistics;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A log store on RocksDB. One database in one folder holds all groups of a host.
 *
 * <pre>{@code
 * LogStore store = RocksDbLogStore.builder().directory(Path.of("data/log")).build();
 * }</pre>
 *
 * <p><b>Writing.</b> {@link #write} is one atomic batch of RocksDB whose write-ahead log is synced before it returns. Any
 * failure, also one of RocksDB's work in the background, is final: every later write is refused, and nothing is synced or
 * resumed in hope.
 *
 * <p><b>Opening.</b> {@link #recover} opens the database. Before that it reads the write-ahead log itself: a torn record at
 * its very end, which was never acknowledged, is cut off; anything else that isn't right refuses the folder. What is
 * replayed from it is flushed to new, synced files before {@code recover} returns, since after a crash its last copy may
 * be in the page cache only.
 *
 * <p><b>Reading.</b> Every block has a checksum of RocksDB's, every entry one from its proposer's memory; both are checked
 * on each read.
 *
 * <p>Threads are those of {@link LogStore}. {@link #close} waits for calls under way.
 */
public final class RocksDbLogStore implements LogStore {

  /** The format of the whole store; a store of a later format is refused. */
  static final long FORMAT = 1;

  private final Settings settings;
  private final FailureState failure = new FailureState();

  /** Made beforehand: when it is needed there may be no memory for it. */
  private final LogStoreException unsaid =
      new LogStoreException("a write failed, and what the disk holds is unknown");

  private final Map<GroupId, GroupState> groups = new ConcurrentHashMap<>();

  /** Writers and readers hold it shared, so that nothing native is freed under them. */
  private final ReentrantReadWriteLock lifecycle = new ReentrantReadWriteLock();

  private @Nullable OpenStore open;
  private boolean closed;

  private RocksDbLogStore(Settings settings) {
    this.settings = settings;
  }

  /** Starts to describe a store. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public RecoveredState recover() {
    lifecycle.writeLock().lock();
    try {
      if (closed || open != null) {
        throw new LogStoreException("a log store is recovered once: build a new one");
      }
      OpenStore opened = OpenStore.open(settings, failure);
      try {
        RecoveredState recovered = opened.readGroups(groups);
        open = opened;
        return recovered;
      } finally {
        if (open == null) {
          opened.close();
        }
      }
    } finally {
      lifecycle.writeLock().unlock();
    }
  }

  /** A folder beside that of the log, whose name ends in {@code -snapshots}. */
  @Override
  public SnapshotStore openSnapshots() {
    Path folder = settings.directory().toAbsolutePath();
    return new FileSnapshotStore(folder.resolveSibling(folder.getFileName() + "-snapshots"));
  }

  @Override
  public void write(LogWrite write) {
    lifecycle.readLock().lock();
    try {
      OpenStore opened = requireOpen();
      synchronized (this) {
        failure.check();
        boolean done = false;
        try {
          write(opened, write);
          done = true;
        } catch (RocksDBException e) {
          throw failed(Failures.whileWriting(settings.directory(), e));
        } catch (LogStoreException e) {
          throw failed(e);
        } catch (RuntimeException | Error e) {
          // Memory may be ahead of the disk by now, whatever it was.
          throw failed(
              new LogStoreException("the write can't be carried out: " + e.getMessage(), e));
        } finally {
          if (!done) {
            // If it isn't said already: out of memory, or of an exception that throws when it is
            // asked for its text, the sentence may be what has failed.
            failure.fail(unsaid);
          }
        }
      }
    } finally {
      lifecycle.readLock().unlock();
    }
  }

  private void write(OpenStore opened, LogWrite write) throws RocksDBException {
    WriteBatch batch = opened.clearedBatch();
    WriteAssembler assembler =
        new WriteAssembler(groups, opened.reader(), opened.engine(), batch, opened.storedForm());
    assembler.assemble(write);
    assembler.touched().forEach(GroupState::publishWhatStays);
    WriteOptions options = isSynced(write) ? opened.synced() : opened.notSynced();
    settings.writer().write(opened.engine().db(), options, batch);
    assembler.touched().forEach(GroupState::publish);
    if (opened.engine().takeNewLogMemtable()) {
      groups.values().forEach(GroupState::startMemtable);
    }
    if (write.groups().stream().anyMatch(part -> part.base().index() > 0)) {
      opened.wasCut();
    }
  }

  /**
   * Terms, votes and identities are synced whatever the mode: they are rare, and losing them elects two leaders. So is the start of a
   * log, since files of before it are removed for good.
   */
  private boolean isSynced(LogWrite write) {
    return settings.durability() == Durability.SYNCED
        || write.host() != null
        || write.groups().stream().anyMatch(RocksDbLogStore::isAlwaysSynced);
  }

  private static boolean isAlwaysSynced(GroupWrite write) {
    return write.replica() != null || write.hardState() != null || write.base().index() > 0;
  }

  private LogStoreException failed(LogStoreException e) {
    failure.fail(e);
    return e;
  }

  @Override
  public List<EntryBatch> read(GroupId group, long fromIndex, long toIndex, long maxBytes) {
    lifecycle.readLock().lock();
    try {
      OpenStore opened = requireOpen();
      GroupState state = groups.get(group);
      if (state == null) {
        throw new LogStoreException("nothing is stored of group " + group);
      }
      requireStored(state, fromIndex, toIndex);
      BatchCollector collector = new BatchCollector(fromIndex, toIndex, maxBytes);
      opened.reader().collect(group, collector);
      // What a cut has taken away meanwhile may have been on top of an older version of it.
      requireNotCut(state, fromIndex);
      if (collector.batches().isEmpty()) {
        // A write may have taken the entries away in the meantime; if it hasn't, they are missing.
        requireStored(state, fromIndex, toIndex);
        throw new CorruptDataException(
            "the log of group " + group + " has no entry at " + fromIndex);
      }
      return collector.batches();
    } catch (RocksDBException e) {
      throw Failures.whileReading(settings.directory(), e);
    } finally {
      lifecycle.readLock().unlock();
    }
  }

  @Override
  public long approximateBytes(GroupId group, long fromIndex, long toIndex) {
    lifecycle.readLock().lock();
    try {
      return requireOpen().reader().approximateBytes(group, fromIndex, toIndex);
    } finally {
      lifecycle.readLock().unlock();
    }
  }

  private static void requireStored(GroupState state, long fromIndex, long toIndex) {
    requireNotCut(state, fromIndex);
    GroupState.Bounds bounds = state.bounds();
    if (fromIndex > toIndex || toIndex > bounds.last()) {
      throw new LogStoreException("the log of group " + state.group + " ends at " + bounds.last()
          + ", so that [" + fromIndex + ", " + toIndex + "] can't be read");
    }
  }

  private static void requireNotCut(GroupState state, long fromIndex) {
    long first = state.bounds().first();
    if (fromIndex < first) {
      throw new CompactedException(fromIndex, first);
    }
  }

  @Override
  public void onFailure(Consumer<LogStoreException> listener) {
    failure.onFailure(listener);
  }

  @Override
  public Durability durability() {
    return settings.durability();
  }

  @Override
  public void close() {
    lifecycle.writeLock().lock();
    try {
      closed = true;
      if (open != null) {
        open.close();
        open = null;
      }
    } finally {
      lifecycle.writeLock().unlock();
    }
  }

  private OpenStore requireOpen() {
    if (open == null) {
      throw new LogStoreException(closed ? "the log store is closed" : "recover() comes first");
    }
    return open;
  }

  /** Describes a store. Not thread-safe. */
  public static final class Builder {

    private @Nullable Path directory;
    private long memtableBytes = 64L << 20;
    private int maxMemtables = 4;
    private long maxWalBytes;
    private Durability durability = Durability.SYNCED;
    private @Nullable Statistics statistics;
    private BatchWriter writer = RocksDB::write;
    private BetweenSteps betweenSteps = () -> {};
    private long watchMillis = BackgroundWatch.INTERVAL_MILLIS;

    private Builder() {}

    /** The folder; created if it doesn't exist. It belongs to the store alone. No default. */
    public Builder directory(Path value) {
      directory = value;
      return this;
    }

    /**
     * How many bytes of entries are gathered in memory before they go to a table file. Default 64 MiB. If it exceeds
     * what is kept of the logs between two snapshots, most entries are removed before they are written a second time;
     * opening after a crash takes longer, see docs/storage.md.
     */
    public Builder memtableBytes(long value) {
      memtableBytes = value;
      return this;
    }

    /** How many tables of {@link #memtableBytes} exist at most while older ones are written out. Default 4. */
    public Builder maxMemtables(int value) {
      maxMemtables = value;
      return this;
    }

    /**
     * From how many bytes of write-ahead log on its oldest records are written to table files, so that it can be
     * removed. Default twice {@link #memtableBytes}.
     */
    public Builder maxWalBytes(long value) {
      maxWalBytes = value;
      return this;
    }

    /**
     * Default {@link Durability#SYNCED}. With {@link Durability#UNSAFE_NOT_SYNCED} entries that were acknowledged are
     * lost with the power, and such a loss may also make the folder unreadable; terms, votes and where a log starts are synced even
     * then.
     *
     * @throws IllegalArgumentException for {@link Durability#UNSAFE_IN_MEMORY}
     */
    public Builder durability(Durability value) {
      if (value == Durability.UNSAFE_IN_MEMORY) {
        throw new IllegalArgumentException("a store in memory is a MemoryLogStore");
      }
      durability = value;
      return this;
    }

    /** For tests: counters of the database. Closed by the caller, after the store. */
    Builder statistics(Statistics value) {
      statistics = value;
      return this;
    }

    /** For tests: what writes to the database. */
    Builder writer(BatchWriter value) {
      writer = value;
      return this;
    }

    /** For tests: how often it is looked what can be removed, and what has failed. */
    Builder watchMillis(long value) {
      watchMillis = value;
      return this;
    }

    /** For tests: called between the steps of opening. */
    Builder betweenSteps(BetweenSteps value) {
      betweenSteps = value;
      return this;
    }

    /**
     * The store, not opened yet: {@link LogStore#recover} does that.
     *
     * @throws NullPointerException if no directory was given
     * @throws IllegalArgumentException if a size makes no sense
     */
    public RocksDbLogStore build() {
      Path folder = Objects.requireNonNull(directory, "directory");
      if (memtableBytes < 64 << 10 || maxMemtables < 2 || maxWalBytes < 0) {
        throw new IllegalArgumentException(
            "memtableBytes is at least 64 KiB, maxMemtables at least 2, maxWalBytes not negative");
      }
      long walBytes = maxWalBytes == 0 ? 2 * memtableBytes : maxWalBytes;
      return new RocksDbLogStore(new Settings(
          folder,
          memtableBytes,
          maxMemtables,
          walBytes,
          durability,
          statistics,
          writer,
          betweenSteps,
          watchMillis));
    }
  }
}
