/**
 * The log store on RocksDB: one database per host holds the logs and hard states of all its groups. Start at {@link
 * io.github.balsaraft.storage.rocksdb.RocksDbLogStore}; the stored form is described in docs/storage.md.
 */
@NullMarked
package io.github.balsaraft.storage.rocksdb;

import org.jspecify.annotations.NullMarked;
