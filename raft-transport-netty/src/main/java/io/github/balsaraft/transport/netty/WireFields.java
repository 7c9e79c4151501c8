package io.github.balsaraft.transport.netty;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.Arrays;

/**
 * The numbers of one message, by field, and a hand for everything that has a length. Used again for each message, so that
 * small ones cost nothing but themselves (what that saves was not measured).
 */
final class WireFields {

  private static final int MAX_FIELD = 15;

  private final long[] numbers = new long[MAX_FIELD + 1];

  /** Takes a field that has a length. */
  @FunctionalInterface
  interface Delimited {

    /**
     * Reads the content of a field.
     *
     * @return whether it did; false if the field is unknown and nothing was read
     */
    boolean read(int field, CodedInputStream in) throws IOException;
  }

  /** For messages that have none. */
  static final Delimited NONE = (field, in) -> false;

  /** Reads all fields up to the limit. */
  void read(CodedInputStream in, Delimited delimited) throws IOException {
    Arrays.fill(numbers, 0);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      switch (WireFormat.getTagWireType(tag)) {
        case WireFormat.WIRETYPE_VARINT -> keep(field, in.readUInt64());
        case WireFormat.WIRETYPE_FIXED64 -> keep(field, in.readFixed64());
        case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
          if (!delimited.read(field, in)) {
            skip(tag, in);
          }
        }
        default -> skip(tag, in);
      }
    }
  }

  private void keep(int field, long value) {
    if (field <= MAX_FIELD) {
      numbers[field] = value;
    }
  }

  /** The value of a numeric field; zero if it wasn't there. */
  long number(int field) {
    return numbers[field];
  }

  boolean flag(int field) {
    return numbers[field] != 0;
  }

  /** The value of a field that holds the code of an enum. */
  byte code(int field) {
    long value = numbers[field];
    if (value != (byte) value) {
      throw new IllegalArgumentException("no code is " + value);
    }
    return (byte) value;
  }

  /** Skips a field that a newer version has added. */
  static void skip(int tag, CodedInputStream in) throws IOException {
    if (!in.skipField(tag)) {
      throw new InvalidProtocolBufferException("a group ends that never began");
    }
  }
}
