package io.github.balsaraft.transport.netty;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.github.balsaraft.model.EntryBatch;
import java.io.IOException;

/**
 * Takes the fields of a message in the order of their numbers. One sink adds up sizes, the other writes: so each message is
 * described once ({@link MessageLayout}) and its length can't differ from its bytes.
 *
 * <p>Numbers and texts that are zero or empty are left out, as proto3 has it.
 */
abstract class FieldSink {

  /** A {@code uint64}, {@code uint32} or {@code bool}. */
  abstract void number(int field, long value);

  /** A {@code fixed64}: for what is drawn at random. */
  abstract void fixed(int field, long value);

  abstract void text(int field, String value);

  /** One of a field's repeated byte strings, which is there even if it is empty. */
  abstract void element(int field, byte[] value);

  /** A batch in its stored form. */
  abstract void batch(int field, EntryBatch batch);

  /** Says that a message follows, of so many bytes, as one of a field's repeated ones. */
  abstract void nested(int field, int bytes);

  final void flag(int field, boolean value) {
    number(field, value ? 1 : 0);
  }

  final void bytes(int field, byte[] value) {
    if (value.length != 0) {
      element(field, value);
    }
  }

  /** Adds up how many bytes the fields take. */
  static final class Size extends FieldSink {
    private long bytes;

    long bytes() {
      return bytes;
    }

    @Override
    void number(int field, long value) {
      if (value != 0) {
        bytes += CodedOutputStream.computeUInt64Size(field, value);
      }
    }

    @Override
    void fixed(int field, long value) {
      if (value != 0) {
        bytes += CodedOutputStream.computeFixed64Size(field, value);
      }
    }

    @Override
    void text(int field, String value) {
      if (!value.isEmpty()) {
        bytes += CodedOutputStream.computeStringSize(field, value);
      }
    }

    @Override
    void element(int field, byte[] value) {
      bytes += lengthDelimited(field, value.length);
    }

    @Override
    void batch(int field, EntryBatch batch) {
      bytes += lengthDelimited(field, batch.sizeInBytes());
    }

    @Override
    void nested(int field, int nestedBytes) {
      // The fields of the nested message come next and add themselves.
      bytes +=
          lengthDelimited(field, 0) - 1 + CodedOutputStream.computeUInt32SizeNoTag(nestedBytes);
    }

    /** What a field takes whose content has so many bytes. */
    static long lengthDelimited(int field, long contentBytes) {
      return CodedOutputStream.computeTagSize(field)
          + CodedOutputStream.computeUInt64SizeNoTag(contentBytes)
          + contentBytes;
    }
  }

  /** Writes the fields. The room was measured before, so running out of it is a bug and no condition to handle. */
  static final class Writer extends FieldSink {
    private final CodedOutputStream out;

    Writer(CodedOutputStream out) {
      this.out = out;
    }

    @Override
    void number(int field, long value) {
      if (value != 0) {
        try {
          out.writeUInt64(field, value);
        } catch (IOException e) {
          throw measuredWrongly(e);
        }
      }
    }

    @Override
    void fixed(int field, long value) {
      if (value != 0) {
        try {
          out.writeFixed64(field, value);
        } catch (IOException e) {
          throw measuredWrongly(e);
        }
      }
    }

    @Override
    void text(int field, String value) {
      if (!value.isEmpty()) {
        try {
          out.writeString(field, value);
        } catch (IOException e) {
          throw measuredWrongly(e);
        }
      }
    }

    @Override
    void element(int field, byte[] value) {
      try {
        out.writeByteArray(field, value);
      } catch (IOException e) {
        throw measuredWrongly(e);
      }
    }

    @Override
    void batch(int field, EntryBatch batch) {
      nested(field, batch.sizeInBytes());
      try {
        out.writeRawBytes(batch.encodeHeader());
        // From the shared bytes of the batch straight into the frame: the only copy on this side.
        // By way of an array 256 B x 1,024 allocates 1,659 bytes for each write instead of 1,130
        // (docs/benchmarks.md).
        out.write(batch.body());
      } catch (IOException e) {
        throw measuredWrongly(e);
      }
    }

    @Override
    void nested(int field, int bytes) {
      try {
        out.writeUInt32NoTag((field << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt32NoTag(bytes);
      } catch (IOException e) {
        throw measuredWrongly(e);
      }
    }

    private static IllegalStateException measuredWrongly(IOException e) {
      return new IllegalStateException("a message is longer than was measured", e);
    }
  }
}
