package io.github.balsaraft.transport.netty;

import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** The bytes around the messages of clients; {@code client.proto} describes them. */
final class ClientCodec {

  static final int NEWEST_VERSION = 1;

  /** What a request takes besides its content, at most. */
  static final int REQUEST_OVERHEAD_BYTES = 128;

  /** "BLSC". */
  private static final int MAGIC = 0x424c5343;

  private ClientCodec() {}

  /** Whether a connection begins as those of clients do. */
  static boolean isClient(ByteBuf in) {
    return in.readableBytes() >= 4 && in.getInt(in.readerIndex()) == MAGIC;
  }

  /**
   * Takes a handshake off the buffer, or returns null and takes nothing as long as it isn't all there.
   *
   * @throws IllegalArgumentException if it isn't one
   */
  static @Nullable HandshakeFrame readHandshake(ByteBuf in) {
    if (in.readableBytes() < HandshakeFrame.HEAD_BYTES) {
      return null;
    }
    int length = HandshakeFrame.messageBytes(in);
    if (!isClient(in) || length > HandshakeFrame.MAX_MESSAGE_BYTES) {
      throw new IllegalArgumentException(
          "no handshake of a client, or one of " + length + " bytes");
    }
    return HandshakeFrame.read(in);
  }

  static ByteBuf handshake(MessageLite message, ByteBufAllocator allocator) {
    return HandshakeFrame.write(MAGIC, NEWEST_VERSION, message, allocator);
  }

  static ByteBuf frame(MessageLite message, ByteBufAllocator allocator) {
    byte[] bytes = message.toByteArray();
    return allocator
        .buffer(FrameWriter.LENGTH_BYTES + bytes.length)
        .writeInt(bytes.length)
        .writeBytes(bytes);
  }

  /**
   * Takes the content of a frame off the buffer, or returns null and takes nothing as long as it isn't all there.
   *
   * @throws IllegalArgumentException if it is longer than allowed
   */
  static byte @Nullable [] readFrame(ByteBuf in, int maxFrameBytes) {
    if (in.readableBytes() < FrameWriter.LENGTH_BYTES) {
      return null;
    }
    int length = in.getInt(in.readerIndex());
    if (length < 0 || length > maxFrameBytes) {
      throw new IllegalArgumentException("a frame of " + Integer.toUnsignedString(length)
          + " bytes where at most " + maxFrameBytes + " are allowed");
    }
    if (in.readableBytes() < FrameWriter.LENGTH_BYTES + length) {
      return null;
    }
    byte[] content = new byte[length];
    in.skipBytes(FrameWriter.LENGTH_BYTES).readBytes(content);
    return content;
  }
}
