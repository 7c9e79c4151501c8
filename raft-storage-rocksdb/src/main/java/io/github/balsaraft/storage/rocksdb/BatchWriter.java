package io.github.balsaraft.storage.rocksdb;

import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** How a batch gets into the database: a seam for tests, which let it fail before and after it is there. */
@FunctionalInterface
interface BatchWriter {

  /** Writes the batch, and syncs if the options say so. */
  void write(RocksDB db, WriteOptions options, WriteBatch batch) throws RocksDBException;
}
