package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.storage.BatchCollector;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Range;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SizeApproximationFlag;
import org.rocksdb.Slice;

/** Finds batches in the log family. Thread-safe; each call sees the log at one moment. */
final class LogReader implements AutoCloseable {

  private final Engine engine;
  private final ReadOptions options = new ReadOptions().setVerifyChecksums(true);

  LogReader(Engine engine) {
    this.engine = engine;
  }

  /** Fills the collector from the batches that hold the entries it wants, until it is complete or one is missing. */
  void collect(GroupId group, BatchCollector collector) throws RocksDBException {
    try (RocksIterator batches = engine.db().newIterator(engine.log(), options)) {
      batches.seekForPrev(Keys.log(group, collector.nextIndex()));
      while (!collector.isComplete() && batches.isValid()) {
        byte[] key = batches.key();
        if (!Keys.isOfGroup(key, group)) {
          break;
        }
        EntryBatch batch = decode(key, batches.value());
        if (batch.firstIndex() > collector.nextIndex()
            || batch.lastIndex() < collector.nextIndex()) {
          break;
        }
        collector.add(batch);
        batches.next();
      }
      batches.status();
    }
  }

  /** The stored batch with the greatest first index up to this one, or null. */
  @Nullable
  EntryBatch batchBefore(GroupId group, long index) throws RocksDBException {
    try (RocksIterator batches = engine.db().newIterator(engine.log(), options)) {
      batches.seekForPrev(Keys.log(group, index));
      batches.status();
      return batches.isValid() && Keys.isOfGroup(batches.key(), group)
          ? decode(batches.key(), batches.value())
          : null;
    }
  }

  /** The key of the first batch at or after this index, or -1. */
  long keyFrom(GroupId group, long index) throws RocksDBException {
    try (RocksIterator batches = engine.db().newIterator(engine.log(), options)) {
      batches.seek(Keys.log(group, index));
      return keyOrNone(group, batches);
    }
  }

  /** The key of the batch that holds this index, if one does; else of one before, or -1. */
  long keyBefore(GroupId group, long index) throws RocksDBException {
    try (RocksIterator batches = engine.db().newIterator(engine.log(), options)) {
      batches.seekForPrev(Keys.log(group, index));
      return keyOrNone(group, batches);
    }
  }

  /** As RocksDB estimates it by the blocks of its files: right to a block or two. */
  long approximateBytes(GroupId group, long fromIndex, long toIndex) {
    try (Slice from = new Slice(Keys.log(group, fromIndex));
        Slice behind = new Slice(Keys.log(group, toIndex + 1))) {
      return engine.db()
          .getApproximateSizes(
              engine.log(),
              List.of(new Range(from, behind)),
              SizeApproximationFlag.INCLUDE_FILES,
              SizeApproximationFlag.INCLUDE_MEMTABLES)[0];
    }
  }

  private static long keyOrNone(GroupId group, RocksIterator batches) throws RocksDBException {
    batches.status();
    return batches.isValid() && Keys.isOfGroup(batches.key(), group)
        ? Keys.firstIndex(batches.key())
        : -1;
  }

  private static EntryBatch decode(byte[] key, byte[] value) {
    EntryBatch batch = EntryBatch.decode(value);
    if (batch.firstIndex() != Keys.firstIndex(key)) {
      throw new CorruptDataException(
          "the batch " + batch + " is stored where " + Keys.firstIndex(key) + " should be");
    }
    return batch;
  }

  @Override
  public void close() {
    options.close();
  }
}
