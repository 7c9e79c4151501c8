package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.UnknownFormatException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A stored number: version 1 (1 byte), the number (8 bytes, big-endian), CRC32C of key, version and number (4 bytes). The
 * key is part of the checksum, so that a number can't be taken for another one's.
 */
final class NumberRecord {

  private static final byte VERSION = 1;
  private static final int BYTES = 13;

  private NumberRecord() {}

  static byte[] encode(byte[] key, long number) {
    ByteBuffer out = ByteBuffer.allocate(BYTES).put(VERSION).putLong(number);
    return out.putInt(checksum(key, out.array())).array();
  }

  static long decode(byte[] key, byte[] stored) {
    if (stored.length != BYTES
        || ByteBuffer.wrap(stored).getInt(BYTES - 4) != checksum(key, stored)) {
      throw new CorruptDataException("a stored number (kind " + key[0] + ") fails its checksum");
    }
    if (stored[0] != VERSION) {
      throw new UnknownFormatException(
          "a stored number (kind " + key[0] + ") has version " + stored[0]);
    }
    return ByteBuffer.wrap(stored).getLong(1);
  }

  private static int checksum(byte[] key, byte[] record) {
    CRC32C crc = new CRC32C();
    crc.update(key);
    crc.update(record, 0, BYTES - 4);
    return (int) crc.getValue();
  }
}
