package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.storage.LogStore.Durability;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Statistics;

/** What {@link RocksDbLogStore.Builder} was told. */
record Settings(
    Path directory,
    long memtableBytes,
    int maxMemtables,
    long maxWalBytes,
    Durability durability,
    @Nullable Statistics statistics,
    BatchWriter writer,
    BetweenSteps betweenSteps,
    long watchMillis) {}
