package io.github.balsaraft.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Packs queued messages into frames: as many as fit a size that is good for a socket, or a single larger one. Not
 * thread-safe; one per lane.
 */
final class FrameWriter {

  /** The length in front of each frame. */
  static final int LENGTH_BYTES = 4;

  /**
   * What a frame of several messages has at most. Large enough that its costs vanish (other sizes were not measured), small enough that a first message
   * isn't held up by packing the others.
   */
  private static final int TARGET_BYTES = 128 << 10;

  private final List<QueuedMessage> packing = new ArrayList<>();
  private final int targetBytes;

  FrameWriter(int maxFrameBytes) {
    this.targetBytes = Math.min(TARGET_BYTES, maxFrameBytes);
  }

  /**
   * A frame in a buffer of its own.
   *
   * @param bytes length and frame; belongs to the caller
   * @param contentBytes what its messages count for in the queue
   * @param messages how many they are
   */
  record Packed(ByteBuf bytes, int contentBytes, int messages) {}

  /** The next frame, or null if nothing is queued. */
  @Nullable
  Packed next(SendQueue queue, ByteBufAllocator allocator) {
    int contentBytes = 0;
    for (QueuedMessage message = queue.peek();
        message != null
            && (contentBytes == 0 || contentBytes + message.frameBytes() <= targetBytes);
        message = queue.peek()) {
      contentBytes += message.frameBytes();
      packing.add(message);
      queue.poll();
    }
    if (packing.isEmpty()) {
      return null;
    }
    boolean packed = false;
    try {
      Packed frame = new Packed(write(contentBytes, allocator), contentBytes, packing.size());
      packed = true;
      return frame;
    } finally {
      packing.clear();
      if (!packed) {
        // Whatever it was, direct memory that has run out
        // among it: the room isn't lost with the messages.
        queue.release(contentBytes);
      }
    }
  }

  private ByteBuf write(int contentBytes, ByteBufAllocator allocator) {
    ByteBuf buffer = allocator.directBuffer(LENGTH_BYTES + contentBytes);
    try {
      buffer.writeInt(contentBytes);
      CodedOutputStream out =
          CodedOutputStream.newInstance(buffer.nioBuffer(LENGTH_BYTES, contentBytes));
      for (QueuedMessage message : packing) {
        message.writeTo(out);
      }
      if (out.spaceLeft() != 0) {
        throw new IllegalStateException("a frame is shorter than was measured");
      }
      return buffer.writerIndex(LENGTH_BYTES + contentBytes);
    } catch (RuntimeException | Error e) {
      buffer.release();
      throw e;
    }
  }
}
