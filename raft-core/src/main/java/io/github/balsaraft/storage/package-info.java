/**
 * Where logs are kept: the contract of a {@link io.github.balsaraft.storage.LogStore} and one in memory; and where
 * snapshots are kept: a {@link io.github.balsaraft.storage.SnapshotStore}, one in files and one in memory.
 */
@NullMarked
package io.github.balsaraft.storage;

import org.jspecify.annotations.NullMarked;
