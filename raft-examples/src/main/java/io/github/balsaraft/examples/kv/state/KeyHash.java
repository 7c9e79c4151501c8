package io.github.balsaraft.examples.kv.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 (Aumasson and Bernstein 2012) of a key. Nobody can make up many keys whose hashes begin alike, although
 * everybody knows how it is computed; and it is the same on all servers, which lets a SCAN go on at another one.
 */
final class KeyHash {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** "balsa-kv" and its keys; any other would do, but a new one makes the cursors of SCAN begin anew. */
  private static final long KEY_0 = 0x766b_2d61_736c_6162L;

  private static final long KEY_1 = 0x7379_656b_2d6f_7774L;

  private long v0;
  private long v1;
  private long v2;
  private long v3;

  private KeyHash(long key0, long key1) {
    v0 = key0 ^ 0x736f_6d65_7073_6575L;
    v1 = key1 ^ 0x646f_7261_6e64_6f6dL;
    v2 = key0 ^ 0x6c79_6765_6e65_7261L;
    v3 = key1 ^ 0x7465_6462_7974_6573L;
  }

  static long of(Bytes key) {
    return of(key.array(), KEY_0, KEY_1);
  }

  static long of(byte[] bytes, long key0, long key1) {
    KeyHash hash = new KeyHash(key0, key1);
    int whole = bytes.length & ~7;
    for (int at = 0; at < whole; at += 8) {
      hash.take((long) LONGS.get(bytes, at));
    }
    long last = (long) bytes.length << 56;
    for (int at = whole; at < bytes.length; at++) {
      last |= (bytes[at] & 0xffL) << (8 * (at - whole));
    }
    hash.take(last);
    return hash.end();
  }

  private void take(long word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }

  private long end() {
    v2 ^= 0xff;
    for (int i = 0; i < 4; i++) {
      round();
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }

  private void round() {
    v0 += v1;
    v1 = Long.rotateLeft(v1, 13) ^ v0;
    v0 = Long.rotateLeft(v0, 32);
    v2 += v3;
    v3 = Long.rotateLeft(v3, 16) ^ v2;
    v0 += v3;
    v3 = Long.rotateLeft(v3, 21) ^ v0;
    v2 += v1;
    v1 = Long.rotateLeft(v1, 17) ^ v2;
    v2 = Long.rotateLeft(v2, 32);
  }
}
