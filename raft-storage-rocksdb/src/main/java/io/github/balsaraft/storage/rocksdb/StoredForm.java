package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import java.nio.ByteBuffer;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Puts batches of entries into a batch of RocksDB, through memory outside the heap that is used again for each. A byte array in
 * between would be made, zeroed and copied once more for every write: 270 bytes of garbage on each node for a write of 256 bytes.
 *
 * <p>Not thread-safe; of the one thread that writes.
 */
final class StoredForm {

  /** A larger batch, which is rare and costs far more elsewhere, goes through an array, so that it leaves nothing behind. */
  static final int MAX_KEPT_BYTES = 4 << 20;

  private static final int INITIAL_BYTES = 64 << 10;

  private final ByteBuffer key = ByteBuffer.allocateDirect(Keys.LOG_KEY_BYTES);
  private ByteBuffer value = ByteBuffer.allocateDirect(INITIAL_BYTES);

  /** Puts a batch under the key of its first entry. */
  void put(WriteBatch out, ColumnFamilyHandle family, GroupId group, EntryBatch batch)
      throws RocksDBException {
    int bytes = batch.sizeInBytes();
    if (bytes > MAX_KEPT_BYTES) {
      out.put(family, Keys.log(group, batch.firstIndex()), batch.encode());
      return;
    }
    if (bytes > value.capacity()) {
      value = ByteBuffer.allocateDirect(
          Math.min(MAX_KEPT_BYTES, Math.max(bytes, 2 * value.capacity())));
    }
    Keys.putLog(key.clear(), group, batch.firstIndex());
    batch.encodeTo(value.clear());
    out.put(family, key.flip(), value.flip());
  }
}
