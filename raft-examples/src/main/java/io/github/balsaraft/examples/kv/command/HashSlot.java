package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.examples.kv.state.Bytes;

/** The slot that Redis Cluster assigns to a key; clients expect it in MOVED. */
public final class HashSlot {

  static final int COUNT = 16384;

  private HashSlot() {}

  /** If the key has something between its first '{' and the next '}', only that counts. */
  public static int of(Bytes key) {
    byte[] bytes = key.array();
    int open = indexOf(bytes, '{', 0);
    if (open >= 0) {
      int close = indexOf(bytes, '}', open + 1);
      if (close > open + 1) {
        return crc16(bytes, open + 1, close) % COUNT;
      }
    }
    return crc16(bytes, 0, bytes.length) % COUNT;
  }

  private static int indexOf(byte[] bytes, char wanted, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  /** CRC-16/XMODEM: polynomial 0x1021, nothing reflected, from 0. */
  private static int crc16(byte[] bytes, int from, int to) {
    int crc = 0;
    for (int i = from; i < to; i++) {
      crc ^= (bytes[i] & 0xff) << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
      }
      crc &= 0xffff;
    }
    return crc;
  }
}
