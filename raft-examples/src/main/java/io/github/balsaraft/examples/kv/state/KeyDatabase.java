package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.storage.FolderLock;
import io.github.balsaraft.storage.LogStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WBWIRocksIterator;
import org.rocksdb.WriteBatchWithIndex;
import org.rocksdb.WriteOptions;

/**
 * A RocksDB in a folder of its own, with an open batch in front of it: what was put is there at once for who reads here, and all of it
 * becomes part of the database together.
 *
 * <p>It has no log: the log of the group has every command that a crash takes back. So what is on the disk after one is what some batch
 * has left, whole. There is a single column family, because each of several would fall back to a moment of its own.
 *
 * <p>Used by one thread at a time.
 */
final class KeyDatabase implements AutoCloseable {

  static {
    RocksDB.loadLibrary();
  }

  /** More is lost in a crash and applied again, the greater it is; and the longer a {@link #checkpoint} takes, which writes it out. */
  private static final long MEMTABLE_BYTES = 16L << 20;

  /** What of the open batch may be there although it was overwritten, at the least. */
  private static final long MAX_OVERWRITTEN_BYTES = 64L << 20;

  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");

  /** Not that of a server, nor of RocksDB, whose own is below this folder. */
  private static final String LOCK_FILE = "state.lock";

  private final Path folder;
  private final FolderLock lock;
  private final Path present;
  private final Path former;
  private final Path incoming;
  private final Path checkpoints;
  private final Path owner;

  private final Options options;
  private final WriteOptions withoutLog;
  private final ReadOptions reading;
  private WriteBatchWithIndex batch;

  /** What was put into the batch, overwritten or not; and what of it was still there when that was looked at last. */
  private long putBytes;

  private long keptBytes;

  /** Null once it is closed. */
  private @Nullable RocksDB db;

  private long checkpointsMade;

  /**
   * Opens what is there, or begins with nothing.
   *
   * @throws IOException if the folder can't be used, or is in use
   */
  KeyDatabase(Path folder) throws IOException {
    this.folder = folder;
    this.present = folder.resolve("db");
    this.former = folder.resolve("former");
    this.incoming = folder.resolve("incoming");
    this.checkpoints = folder.resolve("checkpoints");
    this.owner = folder.resolve("owner");
    // First: nothing frees what is made below but this object's end, and who is refused gets none.
    this.lock = lock(folder);
    this.withoutLog = new WriteOptions().setDisableWAL(true);
    this.reading = new ReadOptions();
    this.batch = newBatch();
    this.options = new Options()
        .setCreateIfMissing(true)
        .setWriteBufferSize(MEMTABLE_BYTES)
        .setCompressionType(CompressionType.NO_COMPRESSION)
        .setMaxBackgroundJobs(2)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(2)
        .setStatsDumpPeriodSec(0);
    try {
      begin();
    } catch (IOException | RuntimeException | Error e) {
      free();
      lock.close();
      throw e;
    }
  }

  /** From before anything there is touched. RocksDB's own lock comes later, and not for all of the folder. */
  private static FolderLock lock(Path folder) throws IOException {
    try {
      return FolderLock.acquire(folder, LOCK_FILE, "the state");
    } catch (LogStoreException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void begin() throws IOException {
    // What an earlier process was about. A database that was
    // to be replaced is gone: the snapshot is restored again.
    delete(former);
    delete(incoming);
    delete(checkpoints);
    Files.createDirectories(checkpoints);
    open();
  }

  private void open() throws IOException {
    try {
      db = RocksDB.open(options, present.toString());
    } catch (RocksDBException e) {
      throw new IOException(
          "the database in " + present + " can't be opened: " + e.getMessage(), e);
    }
  }

  private RocksDB db() {
    RocksDB opened = db;
    if (opened == null) {
      throw new IllegalStateException("the database in " + present + " is closed");
    }
    return opened;
  }

  /** Or what follows would reach memory that is not there any more. */
  private void requireOpen() {
    db();
  }

  byte @Nullable [] get(byte[] key) {
    RocksDB opened = db();
    return attempt("read", () -> batch.getFromBatchAndDB(opened, reading, key));
  }

  void put(byte[] key, byte[] value) {
    requireOpen();
    attempt("write", () -> {
      batch.put(key, value);
      return true;
    });
    putBytes += key.length + value.length;
    if (putBytes > 2 * keptBytes + MAX_OVERWRITTEN_BYTES) {
      attempt("write", () -> {
        dropOverwritten();
        return true;
      });
    }
  }

  private static WriteBatchWithIndex newBatch() {
    return new WriteBatchWithIndex(true);
  }

  /** A batch keeps all that was ever put into it, and a short command can put a long value again and again. */
  private void dropOverwritten() throws RocksDBException {
    WriteBatchWithIndex kept = newBatch();
    long bytes = 0;
    try (WBWIRocksIterator all = batch.newIterator()) {
      for (all.seekToFirst(); all.isValid(); all.next()) {
        WBWIRocksIterator.WriteEntry entry = all.entry();
        ByteBuffer key = entry.getKey().data();
        bytes += key.remaining();
        if (entry.getType() == WBWIRocksIterator.WriteType.PUT) {
          ByteBuffer value = entry.getValue().data();
          bytes += value.remaining();
          kept.put(key, value);
        } else {
          byte[] deleted = new byte[key.remaining()];
          key.get(deleted);
          kept.delete(deleted);
        }
      }
    } catch (RocksDBException | RuntimeException e) {
      kept.close();
      throw e;
    }
    batch.close();
    batch = kept;
    putBytes = bytes;
    keptBytes = bytes;
  }

  /** How many bytes the open batch takes; none once it is closed, when its memory is not there any more. */
  long batchBytes() {
    return db == null ? 0 : batch.getWriteBatch().getDataSize();
  }

  private void clearBatch() {
    batch.clear();
    putBytes = 0;
    keptBytes = 0;
  }

  void delete(byte[] key) {
    requireOpen();
    attempt("write", () -> {
      batch.delete(key);
      return true;
    });
  }

  /** Sees keys and values. */
  interface Visitor {
    /** Returns false to end the walk. */
    boolean visit(byte[] key, byte[] value);
  }

  /** Walks over what isn't before a key, in order. Nothing may be changed meanwhile. */
  void walk(byte[] from, Visitor visitor) {
    try (RocksIterator stored = db().newIterator(reading);
        RocksIterator all = batch.newIteratorWithBase(stored)) {
      for (all.seek(from); all.isValid(); all.next()) {
        if (!visitor.visit(all.key(), all.value())) {
          return;
        }
      }
      attempt("read", () -> {
        all.status();
        return true;
      });
    }
  }

  /** Makes the open batch part of the database. */
  void write() {
    RocksDB opened = db();
    attempt("write", () -> {
      opened.write(withoutLog, batch);
      return true;
    });
    clearBatch();
  }

  /** Takes everything out. */
  void clear() throws IOException {
    replaceBy(incoming);
  }

  /** The database as it is now, as files in a folder that belongs to the caller. Nothing is copied. */
  Path checkpoint() throws IOException {
    Path made = checkpoints.resolve(Long.toString(++checkpointsMade));
    try (Checkpoint maker = Checkpoint.create(db())) {
      maker.createCheckpoint(made.toString());
      return made;
    } catch (RocksDBException e) {
      throw new IOException("a checkpoint of the database can't be made: " + e.getMessage(), e);
    }
  }

  /** Opens a file of a checkpoint. */
  interface Opener {
    InputStream open(String name) throws IOException;
  }

  /** Takes the files of a checkpoint in place of everything. If that is cut off, nothing is there at the next start. */
  void restore(List<String> names, Opener opener) throws IOException {
    delete(incoming);
    Files.createDirectories(incoming);
    for (String name : names) {
      if (!FILE_NAME.matcher(name).matches()) {
        throw new IOException("the snapshot has a file of a name that no database has: " + name);
      }
      Path file = incoming.resolve(name);
      try (InputStream in = opener.open(name)) {
        Files.copy(in, file);
      }
      sync(file);
    }
    sync(incoming);
    replaceBy(incoming);
  }

  private void replaceBy(Path next) throws IOException {
    clearBatch();
    db().close();
    db = null;
    Files.move(present, former, StandardCopyOption.ATOMIC_MOVE);
    if (Files.exists(next)) {
      Files.move(next, present, StandardCopyOption.ATOMIC_MOVE);
    }
    sync(folder);
    delete(former);
    open();
  }

  /** Whose database this is; null if nobody has said so. No checkpoint has it, and none takes its place. */
  byte @Nullable [] owner() throws IOException {
    return Files.exists(owner) ? Files.readAllBytes(owner) : null;
  }

  void claim(byte[] newOwner) throws IOException {
    Path scratch = folder.resolve("owner.tmp");
    Files.write(scratch, newOwner);
    sync(scratch);
    Files.move(scratch, owner, StandardCopyOption.ATOMIC_MOVE);
    sync(folder);
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Deletes a file or a folder, if there is one. */
  static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    List<Path> found = new ArrayList<>();
    try (Stream<Path> all = Files.walk(path)) {
      all.forEach(found::add);
    }
    found.sort(Comparator.reverseOrder());
    for (Path one : found) {
      Files.deleteIfExists(one);
    }
  }

  private interface Attempt<T extends @Nullable Object> {
    T run() throws RocksDBException;
  }

  private static <T extends @Nullable Object> T attempt(String what, Attempt<T> attempt) {
    try {
      return attempt.run();
    } catch (RocksDBException e) {
      throw new IllegalStateException("the database can't " + what + ": " + e.getMessage(), e);
    }
  }

  /** Writes out what is in memory, so that little is to be applied again, and lets go of the folder. */
  @Override
  public void close() {
    RocksDB opened = db;
    if (opened != null) {
      db = null;
      opened.close();
      free();
    }
    lock.close();
  }

  private void free() {
    batch.close();
    reading.close();
    withoutLog.close();
    options.close();
  }
}
