package io.github.balsaraft.transport.netty;

import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * A handshake, of hosts or of clients: four bytes that say of whom, a version, the length of a message, and the message. {@code
 * handshake.proto} and {@code client.proto} describe it.
 *
 * @param version from the head
 * @param message the bytes behind it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, handed on once
record HandshakeFrame(int version, byte[] message) {

  static final int HEAD_BYTES = 8;
  static final int MAX_MESSAGE_BYTES = 1024;

  /** How long the message is behind a head that is there. */
  static int messageBytes(ByteBuf in) {
    return in.getUnsignedShort(in.readerIndex() + 6);
  }

  /** Takes one off the buffer whose head is there, or returns null and takes nothing as long as the message isn't. */
  static @Nullable HandshakeFrame read(ByteBuf in) {
    int start = in.readerIndex();
    int length = messageBytes(in);
    if (in.readableBytes() < HEAD_BYTES + length) {
      return null;
    }
    byte[] message = new byte[length];
    in.getBytes(start + HEAD_BYTES, message);
    in.skipBytes(HEAD_BYTES + length);
    return new HandshakeFrame(in.getUnsignedShort(start + 4), message);
  }

  static ByteBuf write(int magic, int version, MessageLite message, ByteBufAllocator allocator) {
    byte[] bytes = message.toByteArray();
    return allocator
        .buffer(HEAD_BYTES + bytes.length)
        .writeInt(magic)
        .writeShort(version)
        .writeShort(bytes.length)
        .writeBytes(bytes);
  }
}
