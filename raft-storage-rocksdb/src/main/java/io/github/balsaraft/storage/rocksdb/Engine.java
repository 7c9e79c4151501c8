package io.github.balsaraft.storage.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.model.GroupId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.BackgroundErrorReason;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.ConfigOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.Env;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.MemTableInfo;
import org.rocksdb.Options;
import org.rocksdb.Priority;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileMetaData;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open database with its two column families and everything native that must outlive it. The options are justified
 * in docs/storage.md.
 *
 * <p>After {@link #close} nothing of it may be touched: RocksDB would end the process.
 */
final class Engine implements AutoCloseable {

  static final String LOG_FAMILY = "log";
  static final String META_FAMILY = new String(RocksDB.DEFAULT_COLUMN_FAMILY, UTF_8);

  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
  private static final long META_MEMTABLE_BYTES = 4L << 20;

  /**
   * RocksDB gives all databases of a process the same threads, and one is its default: the memory tables of several hosts, or of a host and
   * of its state machine's own database, then wait for each other, and at last the writes for them. With three hosts in a process
   * and 16 KiB x 1024: 1.1 times the writes, 0.5 of the p99.
   */
  private static final int FLUSH_THREADS_OF_THE_PROCESS = 4;

  /**
   * Without direct I/O a table file goes to the disk in parts of so many bytes while it is written. All at its end, as is the
   * default, it stands in the way of the next sync of the write-ahead log: 0.84 of the p99, no steady difference in processor time.
   */
  private static final long TABLE_BYTES_PER_SYNC = 1L << 20;

  /** In the order in which they were created; closed in the opposite order. */
  private final List<AutoCloseable> owned = new ArrayList<>();

  private final AtomicBoolean newLogMemtable = new AtomicBoolean();
  private final SlowRemoval removal;
  private final RocksDB db;
  private final ColumnFamilyHandle meta;
  private final ColumnFamilyHandle log;

  /**
   * Opens the database, or creates it.
   *
   * @param onBackgroundError called on a thread of RocksDB when a flush, a compaction or a write has failed
   */
  Engine(Settings settings, boolean create, Consumer<Status> onBackgroundError)
      throws RocksDBException {
    try {
      Env.getDefault().incBackgroundThreadsIfNeeded(FLUSH_THREADS_OF_THE_PROCESS, Priority.HIGH);
      ColumnFamilyOptions metaOptions =
          own(familyOptions().setWriteBufferSize(META_MEMTABLE_BYTES));
      ColumnFamilyOptions logOptions = own(familyOptions()
          .setWriteBufferSize(settings.memtableBytes())
          .setMaxWriteBufferNumber(settings.maxMemtables()));
      removal = own(new SlowRemoval());
      DBOptions options = own(databaseOptions(settings, create))
          .setUseDirectIoForFlushAndCompaction(DirectWrites.arePossibleIn(settings.directory()))
          .setSstFileManager(removal.manager());
      options.setListeners(List.of(own(new Listener(onBackgroundError, newLogMemtable))));
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      db = own(RocksDB.open(
          options,
          settings.directory().toString(),
          List.of(
              new ColumnFamilyDescriptor(META_FAMILY.getBytes(UTF_8), metaOptions),
              new ColumnFamilyDescriptor(LOG_FAMILY.getBytes(UTF_8), logOptions)),
          handles));
      meta = own(handles.get(0));
      log = own(handles.get(1));
    } catch (RocksDBException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** The names of the column families of a database that isn't open. */
  static List<String> families(Settings settings) throws RocksDBException {
    try (Options options = new Options()) {
      return RocksDB.listColumnFamilies(options, settings.directory().toString()).stream()
          .map(name -> new String(name, UTF_8))
          .toList();
    }
  }

  /** Without compression, which was not measured. */
  private static ColumnFamilyOptions familyOptions() {
    return new ColumnFamilyOptions().setCompressionType(CompressionType.NO_COMPRESSION);
  }

  private static DBOptions databaseOptions(Settings settings, boolean create) {
    Properties withoutSetter = new Properties();
    // A log file that is missing or shorter than it was becomes an error instead of a hole.
    withoutSetter.setProperty("track_and_verify_wals_in_manifest", "true");
    withoutSetter.setProperty("track_and_verify_wals", "true");
    DBOptions options;
    try (ConfigOptions config = new ConfigOptions()) {
      options = DBOptions.getDBOptionsFromProps(config, withoutSetter);
    }
    if (options == null) {
      throw new IllegalStateException("RocksDB refuses the options " + withoutSetter);
    }
    options
        .setCreateIfMissing(create)
        .setCreateMissingColumnFamilies(create)
        .setParanoidChecks(true)
        // WalCheck has cut off a torn end: RocksDB has nothing to be tolerant about.
        .setWalRecoveryMode(WALRecoveryMode.AbsoluteConsistency)
        // Would need a recovery mode that drops whatever follows a damaged record.
        .setRecycleLogFileNum(0)
        // What was replayed may be in the page cache only: it
        // goes to a new, synced file before it is trusted.
        .setAvoidFlushDuringRecovery(false)
        .setMaxTotalWalSize(settings.maxWalBytes())
        .setMaxBgErrorResumeCount(0)
        .setMaxBackgroundJobs(2)
        .setBytesPerSync(TABLE_BYTES_PER_SYNC)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(2)
        .setStatsDumpPeriodSec(0);
    if (settings.statistics() != null) {
      options.setStatistics(settings.statistics());
    }
    return options;
  }

  RocksDB db() {
    return db;
  }

  /** The family of the small records. */
  ColumnFamilyHandle meta() {
    return meta;
  }

  /** The family of the batches of entries. */
  ColumnFamilyHandle log() {
    return log;
  }

  /**
   * Makes sure that nothing that was replayed is left in memory tables, whose only copy on disk would be one that was
   * found there and not written by this process.
   */
  void flushWhatWasReplayed() throws RocksDBException {
    long entries = 0;
    for (ColumnFamilyHandle family : List.of(meta, log)) {
      entries += db.getLongProperty(family, "rocksdb.num-entries-active-mem-table");
      entries += db.getLongProperty(family, "rocksdb.num-entries-imm-mem-tables");
    }
    if (entries > 0) {
      try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
        db.flush(wait, List.of(meta, log));
      }
    }
  }

  /** Whether the memory table of the log was full, so that what is written from now on goes to a new one. Said once for each. */
  boolean takeNewLogMemtable() {
    return newLogMemtable.compareAndSet(true, false);
  }

  /**
   * Removes table files that hold nothing but batches of a group with first indexes before this one: those of the oldest first, and not
   * many more bytes than this at once. Files that were written last, and those that are being merged, stay until they are elsewhere.
   *
   * <p>A file may hold deletions and newer versions of batches in others, which then come up again. So nothing that is found with a first
   * index before this one is anything to go by: who reads looks at the start of the log afterwards.
   */
  void removeLogFiles(GroupId group, long before, long maxBytes) throws RocksDBException {
    byte[] limit = Keys.log(group, before);
    List<LiveFileMetaData> past = db.getLiveFilesMetaData().stream()
        .filter(file -> Arrays.equals(file.columnFamilyName(), LOG_FAMILY.getBytes(UTF_8)))
        .filter(file -> file.level() > 0 && !file.beingCompacted())
        .filter(file -> Keys.isOfGroup(file.smallestKey(), group))
        .filter(file -> Arrays.compareUnsigned(file.largestKey(), limit) < 0)
        .sorted(Comparator.comparing(SstFileMetaData::largestKey, Arrays::compareUnsigned))
        .toList();
    long bytes = 0;
    long end = 0;
    for (LiveFileMetaData file : past) {
      if (bytes > 0 && bytes + file.size() > maxBytes) {
        break;
      }
      bytes += file.size();
      end = Keys.firstIndex(file.largestKey()) + 1;
    }
    if (bytes > 0) {
      db.deleteFilesInRanges(log, List.of(Keys.log(group, 0), Keys.log(group, end)), false);
    }
  }

  /** Files that aren't needed any more. */
  SlowRemoval removal() {
    return removal;
  }

  /** How often work in the background has failed. */
  long backgroundErrors() throws RocksDBException {
    return db.getLongProperty("rocksdb.background-errors");
  }

  @Override
  public void close() {
    for (int i = owned.size() - 1; i >= 0; i--) {
      try {
        if (owned.get(i) instanceof RocksDB database) {
          database.closeE();
        } else {
          owned.get(i).close();
        }
      } catch (Exception e) {
        // Everything that was acknowledged is synced; there is nothing to save.
        LOG.warn("closing the database: {}", e.toString());
      }
    }
    owned.clear();
  }

  private <T extends AutoCloseable> T own(T part) {
    owned.add(part);
    return part;
  }

  /** Passes errors on, forbids RocksDB to carry on after them as if nothing had happened, and sees memory tables that are full. */
  private static final class Listener extends AbstractEventListener {

    private final Consumer<Status> onBackgroundError;
    private final AtomicBoolean newLogMemtable;

    Listener(Consumer<Status> onBackgroundError, AtomicBoolean newLogMemtable) {
      super(
          EnabledEventCallback.ON_BACKGROUND_ERROR,
          EnabledEventCallback.ON_ERROR_RECOVERY_BEGIN,
          EnabledEventCallback.ON_MEMTABLE_SEALED);
      this.onBackgroundError = onBackgroundError;
      this.newLogMemtable = newLogMemtable;
    }

    /** Called by the thread that writes, before its batch goes into the new table. */
    @Override
    public void onMemTableSealed(MemTableInfo sealed) {
      if (sealed.getColumnFamilyName().equals(LOG_FAMILY)) {
        newLogMemtable.set(true);
      }
    }

    @Override
    public void onBackgroundError(BackgroundErrorReason reason, Status error) {
      onBackgroundError.accept(error);
    }

    @Override
    public boolean onErrorRecoveryBegin(BackgroundErrorReason reason, Status error) {
      return false;
    }
  }
}
