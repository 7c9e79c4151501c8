package io.github.balsaraft.examples.kv.state;

import java.util.Arrays;

/** Collects bytes. Numbers are written seven bits at a time, so that small ones are short. */
final class ByteWriter {

  private byte[] buffer;
  private int size;

  ByteWriter(int expectedBytes) {
    buffer = new byte[Math.max(16, expectedBytes)];
  }

  int size() {
    return size;
  }

  void putByte(int value) {
    ensure(1);
    buffer[size++] = (byte) value;
  }

  /** A number that is zero or more takes 1 to 9 bytes; a negative one takes 10. */
  void putUnsigned(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      buffer[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[size++] = (byte) rest;
  }

  /** A number of either sign; short if it is near zero. */
  void putSigned(long value) {
    putUnsigned((value << 1) ^ (value >> 63));
  }

  void putBytes(Bytes bytes) {
    putUnsigned(bytes.length());
    ensure(bytes.length());
    System.arraycopy(bytes.array(), 0, buffer, size, bytes.length());
    size += bytes.length();
  }

  byte[] toArray() {
    return size == buffer.length ? buffer : Arrays.copyOf(buffer, size);
  }

  private void ensure(int more) {
    if (buffer.length - size < more) {
      buffer = Arrays.copyOf(buffer, Math.max(Math.addExact(size, more), (int)
          Math.min(Integer.MAX_VALUE - 8, 2L * buffer.length)));
    }
  }
}
