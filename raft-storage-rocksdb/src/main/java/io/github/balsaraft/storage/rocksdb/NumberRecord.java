package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.UnknownFormatException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A stored number: version 1 (1 byte), the number (8 bytes, big-endian), CRC32C of key, version and number (4 bytes). The
 * key is part of the checksum, so that a number can't be taken for another one's. A position is stored likewise, as its
 * term and its index.
 */
final class NumberRecord {

  private static final byte VERSION = 1;
  private static final int NUMBER_BYTES = 13;
  private static final int POSITION_BYTES = 21;

  private NumberRecord() {}

  static byte[] encode(byte[] key, long number) {
    byte[] record = new byte[NUMBER_BYTES];
    ByteBuffer.wrap(record).put(VERSION).putLong(number);
    return seal(key, record);
  }

  static byte[] encodePosition(byte[] key, EntryId position) {
    byte[] record = new byte[POSITION_BYTES];
    ByteBuffer.wrap(record).put(VERSION).putLong(position.term()).putLong(position.index());
    return seal(key, record);
  }

  private static byte[] seal(byte[] key, byte[] record) {
    ByteBuffer.wrap(record).putInt(record.length - 4, checksum(key, record));
    return record;
  }

  static long decode(byte[] key, byte[] stored) {
    return open(key, stored, NUMBER_BYTES).getLong(1);
  }

  static EntryId decodePosition(byte[] key, byte[] stored) {
    ByteBuffer in = open(key, stored, POSITION_BYTES);
    try {
      return new EntryId(in.getLong(1), in.getLong(9));
    } catch (IllegalArgumentException e) {
      throw new CorruptDataException("a stored position (kind " + key[0] + "): " + e.getMessage());
    }
  }

  private static ByteBuffer open(byte[] key, byte[] stored, int bytes) {
    if (stored.length != bytes
        || ByteBuffer.wrap(stored).getInt(bytes - 4) != checksum(key, stored)) {
      throw new CorruptDataException("a stored number (kind " + key[0] + ") fails its checksum");
    }
    if (stored[0] != VERSION) {
      throw new UnknownFormatException(
          "a stored number (kind " + key[0] + ") has version " + stored[0]);
    }
    return ByteBuffer.wrap(stored);
  }

  private static int checksum(byte[] key, byte[] record) {
    CRC32C crc = new CRC32C();
    crc.update(key);
    crc.update(record, 0, record.length - 4);
    return (int) crc.getValue();
  }
}
