package io.github.balsaraft.storage.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.rocksdb.Env;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileManager;

/**
 * Lets RocksDB rename a file that it doesn't need any more, cut it shorter in steps, and only then remove it. Removed at once, a file of
 * the write-ahead log keeps the journal of the file system busy for 30 ms, in which no sync ends: with this, 0.4 of the p99.
 */
final class SlowRemoval implements AutoCloseable {

  private static final long BYTES_PER_SECOND = 512L << 20;
  private static final long BYTES_PER_STEP = 4L << 20;

  /**
   * If more than about so much waits to be removed, files go at once: a disk may be too slow for the steps, each of which has a sync of its
   * own, and must not fill up for that.
   */
  static final long MOST_WAITING_BYTES = 256L << 20;

  /** RocksDB's own word, at the end of the names of files that wait. */
  private static final String WAITING = ".trash";

  private final SstFileManager manager;

  SlowRemoval() throws RocksDBException {
    manager = new SstFileManager(Env.getDefault(), null, BYTES_PER_SECOND, 1, BYTES_PER_STEP);
    bound();
  }

  /** For the options of one database. */
  SstFileManager manager() {
    return manager;
  }

  /** RocksDB knows the bound as a multiple of the bytes of all tables, so it has to be said anew as those change. */
  void bound() {
    manager.setMaxTrashDBRatio((double) MOST_WAITING_BYTES / Math.max(1, manager.getTotalSize()));
  }

  /** Removes what an earlier process had no time for, at once: the room may be needed to open the database, which isn't open yet. */
  static void finish(Path directory) throws IOException {
    List<Path> waiting;
    try (Stream<Path> files = Files.list(directory)) {
      waiting =
          files.filter(file -> file.getFileName().toString().endsWith(WAITING)).toList();
    }
    for (Path file : waiting) {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
