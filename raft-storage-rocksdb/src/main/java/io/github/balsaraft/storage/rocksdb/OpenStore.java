package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.storage.FolderLock;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.RecoveredState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a store holds while it is open: the lock on the folder, the database, and what reads and writes need. Opening takes
 * the steps in the one order that is safe; closing takes them back.
 */
final class OpenStore implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OpenStore.class);

  /** One batch serves all writes (what that saves was not measured). One that has grown beyond this is given back after its write. */
  private static final long MAX_KEPT_BATCH_BYTES = 16L << 20;

  private final Settings settings;
  private final List<AutoCloseable> owned;
  private final Engine engine;
  private final LogReader reader;
  private final WriteOptions synced;
  private final WriteOptions notSynced;
  private final StoredForm storedForm = new StoredForm();
  private final BackgroundWatch watch;
  private WriteBatch batch = new WriteBatch();
  private volatile Map<GroupId, GroupState> groups = Map.of();

  /**
   * @param owned what is open so far; gets what is opened here besides, so that the caller can close all of it if this fails: as when the
   *     system gives no thread
   */
  private OpenStore(
      Settings settings, List<AutoCloseable> owned, Engine engine, FailureState failure) {
    this.settings = settings;
    this.engine = engine;
    this.owned = owned;
    own(() -> batch.close());
    reader = own(new LogReader(engine));
    synced = own(new WriteOptions().setSync(true));
    notSynced = own(new WriteOptions().setSync(false));
    // Last, so that it is closed first: it looks at the database.
    watch = own(
        new BackgroundWatch(settings.watchMillis(), () -> look(failure), OpenStore::lookFailed));
  }

  /**
   * Opens the folder of a store.
   *
   * @throws LogStoreException with one line that says what is wrong and what to do
   */
  static OpenStore open(Settings settings, FailureState failure) {
    Path directory = settings.directory();
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      // RocksDB has a lock of its own, but it is taken only while opening, and the write-ahead log
      // must be looked at before that.
      opened.add(FolderLock.acquire(directory, "balsa.lock", "the log store"));
      NativeLibrary.load();
      WalCheck.checkManifest(directory);
      // Before anything is changed: the folder may be another program's.
      boolean create = isNew(settings);
      long lastSequence = WalCheck.run(directory, settings.durability(), settings.betweenSteps());
      SlowRemoval.finish(directory);
      Engine engine = new Engine(
          settings, create, error -> failure.fail(Failures.inBackground(directory, error)));
      opened.add(engine);
      if (engine.db().getLatestSequenceNumber() < lastSequence) {
        throw Failures.damaged(directory, "RocksDB has dropped records of its write-ahead log");
      }
      settings.betweenSteps().reached();
      engine.flushWhatWasReplayed();
      settings.betweenSteps().reached();
      checkFormat(directory, engine);
      settings.betweenSteps().reached();
      return new OpenStore(settings, opened, engine, failure);
    } catch (RocksDBException e) {
      closeAll(opened);
      throw Failures.whileOpening(directory, e);
    } catch (IOException e) {
      closeAll(opened);
      throw new LogStoreException("the folder " + directory + " can't be read: " + e, e);
    } catch (RuntimeException | Error e) {
      closeAll(opened);
      throw e;
    }
  }

  /** Whether there is no database yet. RocksDB alone would start anew over the remains of an old one. */
  private static boolean isNew(Settings settings) throws IOException, RocksDBException {
    Path directory = settings.directory();
    if (!Files.exists(directory.resolve("CURRENT"))) {
      try (Stream<Path> files = Files.list(directory)) {
        if (files.anyMatch(file -> file.getFileName().toString().matches("\\d+\\.(log|sst)"))) {
          throw Failures.damaged(directory, "the file CURRENT is missing");
        }
      }
      return true;
    }
    List<String> families = Engine.families(settings);
    for (String family : families) {
      if (!family.equals(Engine.META_FAMILY) && !family.equals(Engine.LOG_FAMILY)) {
        throw Failures.newerFormat(directory, "it has a part named " + family);
      }
    }
    if (families.contains(Engine.LOG_FAMILY)) {
      return false;
    }
    // A crash may have come between the creation of the two; then nothing is in it yet.
    requireEmpty(directory);
    return true;
  }

  /** Looks without changing anything, so that whose database it is can go on using it. */
  private static void requireEmpty(Path directory) throws RocksDBException {
    try (Options options = new Options();
        RocksDB database = RocksDB.openReadOnly(options, directory.toString());
        RocksIterator records = database.newIterator()) {
      records.seekToFirst();
      if (records.isValid()) {
        throw notOurs(directory);
      }
      records.status();
    }
  }

  private static LogStoreException notOurs(Path directory) {
    return new LogStoreException("the folder " + directory
        + " holds a RocksDB database that isn't a log store: name another folder");
  }

  private static void checkFormat(Path directory, Engine engine) throws RocksDBException {
    byte[] key = Keys.meta(Keys.FORMAT);
    byte[] stored = engine.db().get(engine.meta(), key);
    if (stored == null) {
      requireEmpty(directory, engine);
      try (WriteOptions sync = new WriteOptions().setSync(true)) {
        engine.db().put(engine.meta(), sync, key, NumberRecord.encode(key, RocksDbLogStore.FORMAT));
      }
      return;
    }
    try {
      long format = NumberRecord.decode(key, stored);
      if (format != RocksDbLogStore.FORMAT) {
        throw Failures.newerFormat(directory, "in format " + format);
      }
    } catch (UnknownFormatException e) {
      throw Failures.newerFormat(directory, String.valueOf(e.getMessage()));
    } catch (CorruptDataException e) {
      throw Failures.damaged(directory, String.valueOf(e.getMessage()), e);
    }
  }

  private static void requireEmpty(Path directory, Engine engine) throws RocksDBException {
    try (RocksIterator meta = engine.db().newIterator(engine.meta());
        RocksIterator log = engine.db().newIterator(engine.log())) {
      meta.seekToFirst();
      log.seekToFirst();
      if (meta.isValid() || log.isValid()) {
        throw notOurs(directory);
      }
      meta.status();
      log.status();
    }
  }

  /** Reads what is stored of all groups. */
  RecoveredState readGroups(Map<GroupId, GroupState> states) {
    try {
      RecoveredState recovered = StoredGroups.read(engine, reader, states);
      groups = states;
      return recovered;
    } catch (RocksDBException e) {
      throw Failures.whileOpening(settings.directory(), e);
    } catch (CorruptDataException | IllegalArgumentException e) {
      throw Failures.damaged(settings.directory(), String.valueOf(e.getMessage()), e);
    } catch (UnknownFormatException e) {
      throw Failures.newerFormat(settings.directory(), String.valueOf(e.getMessage()));
    }
  }

  Engine engine() {
    return engine;
  }

  LogReader reader() {
    return reader;
  }

  WriteOptions synced() {
    return synced;
  }

  WriteOptions notSynced() {
    return notSynced;
  }

  /** The batch of the writing thread, empty. */
  WriteBatch clearedBatch() throws RocksDBException {
    if (batch.getDataSize() > MAX_KEPT_BATCH_BYTES) {
      batch.close();
      batch = new WriteBatch();
    }
    batch.clear();
    return batch;
  }

  /** What puts entries into the batch of the writing thread. */
  StoredForm storedForm() {
    return storedForm;
  }

  private boolean look(FailureState failure) {
    try {
      // First, so that it is seen even if what follows throws each time.
      if (engine.backgroundErrors() > 0) {
        failure.fail(Failures.inBackground(settings.directory(), null));
        return false;
      }
      engine.removal().bound();
      removeThePast();
      return true;
    } catch (RocksDBException e) {
      failure.fail(Failures.whileWriting(settings.directory(), e));
      return false;
    }
  }

  private static void lookFailed(Throwable thrown) {
    LOG.warn(
        "removing files of the log that aren't needed any more failed, and is tried again", thrown);
  }

  /** The beginning of a log counts no more. */
  void wasCut() {
    watch.lookNow();
  }

  /** Not by the thread that writes: a file may take long, and there may be many. See {@link WriteAssembler} for several groups. */
  private void removeThePast() throws RocksDBException {
    if (groups.size() == 1) {
      for (GroupState state : groups.values()) {
        engine.removeLogFiles(state.group, state.removableBefore(), SlowRemoval.MOST_WAITING_BYTES);
      }
    }
  }

  @Override
  public void close() {
    closeAll(owned);
  }

  private static void closeAll(List<AutoCloseable> parts) {
    for (int i = parts.size() - 1; i >= 0; i--) {
      try {
        parts.get(i).close();
      } catch (Exception e) {
        throw new IllegalStateException("a part of the log store can't be closed", e);
      }
    }
    parts.clear();
  }

  private <T extends AutoCloseable> T own(T part) {
    owned.add(part);
    return part;
  }
}
