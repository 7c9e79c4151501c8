package io.github.balsaraft.examples.kv.state;

import java.nio.ByteBuffer;

/** Reads what {@link ByteWriter} wrote. */
final class ByteReader {

  private final ByteBuffer in;

  ByteReader(ByteBuffer in) {
    this.in = in;
  }

  boolean hasMore() {
    return in.hasRemaining();
  }

  byte getByte() {
    if (!in.hasRemaining()) {
      throw FormatException.malformed("the bytes end too early");
    }
    return in.get();
  }

  long getUnsigned() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = getByte();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw FormatException.malformed("a number has more than 64 bits");
  }

  long getSigned() {
    long folded = getUnsigned();
    return (folded >>> 1) ^ -(folded & 1);
  }

  /** A length or a count: never more than bytes remain, since each thing counted takes at least one. */
  int getCount() {
    long count = getUnsigned();
    if (count < 0 || count > in.remaining()) {
      throw FormatException.malformed(
          "a count of " + count + " with " + in.remaining() + " bytes left");
    }
    return (int) count;
  }

  int getInt() {
    long value = getUnsigned();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw FormatException.malformed(value + " is out of range");
    }
    return (int) value;
  }

  Bytes getBytes() {
    byte[] array = new byte[getCount()];
    in.get(array);
    return Bytes.wrap(array);
  }
}
