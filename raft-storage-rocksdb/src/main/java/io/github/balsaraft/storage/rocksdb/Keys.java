package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.model.GroupId;
import java.nio.ByteBuffer;

/**
 * The keys of the two column families. Numbers are big-endian and never negative, so that keys sort as their numbers do.
 *
 * <pre>
 * family  key                           value
 * log     group (8) first index (8)     stored form of an EntryBatch
 * meta    00                            NumberRecord: format of the whole store
 * meta    01                            stored form of the HostRecord
 * meta    02 group (8)                  stored form of the ReplicaRecord
 * meta    03 group (8)                  stored form of the HardState
 * meta    04 group (8)                  NumberRecord: position before the first entry
 * meta    05 group (8) term (8)         NumberRecord: first index of the term
 * meta    06 group (8) first index (8)  NumberRecord: term of a batch of type CONFIGURATION
 * </pre>
 */
final class Keys {

  static final byte FORMAT = 0;
  static final byte HOST = 1;
  static final byte REPLICA = 2;
  static final byte HARD_STATE = 3;
  static final byte BASE = 4;
  static final byte TERM_START = 5;
  static final byte CONFIGURATION = 6;

  /** The length of a key of the family {@code log}. */
  static final int LOG_KEY_BYTES = 2 * Long.BYTES;

  private Keys() {}

  /** The key of the batch that starts at this index. */
  static byte[] log(GroupId group, long firstIndex) {
    ByteBuffer key = ByteBuffer.allocate(LOG_KEY_BYTES);
    putLog(key, group, firstIndex);
    return key.array();
  }

  /** Puts the key of the batch that starts at this index. */
  static void putLog(ByteBuffer key, GroupId group, long firstIndex) {
    key.putLong(group.value()).putLong(firstIndex);
  }

  static boolean isOfGroup(byte[] logKey, GroupId group) {
    return ByteBuffer.wrap(logKey).getLong() == group.value();
  }

  static long firstIndex(byte[] logKey) {
    return ByteBuffer.wrap(logKey).getLong(8);
  }

  static byte[] meta(byte kind) {
    return new byte[] {kind};
  }

  static byte[] meta(byte kind, GroupId group) {
    return ByteBuffer.allocate(9).put(kind).putLong(group.value()).array();
  }

  static byte[] meta(byte kind, GroupId group, long number) {
    return ByteBuffer.allocate(17)
        .put(kind)
        .putLong(group.value())
        .putLong(number)
        .array();
  }

  /** The group in a key of the meta family. */
  static GroupId group(byte[] metaKey) {
    return new GroupId(ByteBuffer.wrap(metaKey).getLong(1));
  }

  /** The term or index in a key of the meta family. */
  static long number(byte[] metaKey) {
    return ByteBuffer.wrap(metaKey).getLong(9);
  }
}
