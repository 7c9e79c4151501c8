package io.github.balsaraft.model;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Frame of every small stored record: one byte of version, the body, a CRC32C over both. Big-endian throughout.
 */
final class StoredRecord {

  private StoredRecord() {}

  static byte[] encode(int version, Consumer<ByteBuffer> body, int bodyBytes) {
    ByteBuffer out = ByteBuffer.allocate(1 + bodyBytes + 4);
    out.put((byte) version);
    body.accept(out);
    if (out.remaining() != 4) {
      throw new IllegalStateException("the body's size was not " + bodyBytes + " bytes");
    }
    out.putInt(crc32c(out.array(), 0, out.position()));
    return out.array();
  }

  static ByteBuffer decode(String what, int newestKnownVersion, byte[] stored) {
    if (stored.length < 5) {
      throw new CorruptDataException("a stored " + what + " has only " + stored.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(stored);
    if (in.getInt(stored.length - 4) != crc32c(stored, 0, stored.length - 4)) {
      throw new CorruptDataException("a stored " + what + " fails its checksum");
    }
    int version = in.get() & 0xff;
    if (version == 0 || version > newestKnownVersion) {
      throw new UnknownFormatException("a stored " + what + " has version " + version
          + ", this library reads versions up to " + newestKnownVersion);
    }
    in.limit(stored.length - 4);
    return in;
  }

  static int crc32c(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static void putText(ByteBuffer out, byte[] utf8) {
    out.putShort((short) utf8.length).put(utf8);
  }

  static String getText(ByteBuffer in) {
    try {
      byte[] utf8 = new byte[in.getShort() & 0xffff];
      in.get(utf8);
      return new String(utf8, StandardCharsets.UTF_8);
    } catch (BufferUnderflowException e) {
      throw new CorruptDataException("a stored text is longer than its record");
    }
  }
}
