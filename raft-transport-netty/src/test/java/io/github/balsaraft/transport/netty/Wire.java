package io.github.balsaraft.transport.netty;

import com.google.protobuf.InvalidProtocolBufferException;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Frames as bytes, for tests. */
final class Wire {

  static final PerSubjectLog LOG = new PerSubjectLog(LoggerFactory.getLogger(Wire.class));

  private Wire() {}

  static GroupMessage inGroup(long group, Message message) {
    return new GroupMessage(new GroupId(group), message);
  }

  /** One frame with these messages, its length in front. */
  static byte[] frame(List<GroupMessage> messages) {
    SendQueue queue = new SendQueue(Long.MAX_VALUE);
    messages.forEach(message -> queue.offer(QueuedMessage.measure(message)));
    FrameWriter.Packed packed = new FrameWriter(1 << 30).next(queue, ByteBufAllocator.DEFAULT);
    if (packed == null || packed.messages() != messages.size()) {
      throw new AssertionError("not all in one frame");
    }
    return takeBytes(packed.bytes());
  }

  /** One frame with one message of group 0. */
  static byte[] frame(Message message) {
    return frame(List.of(inGroup(0, message)));
  }

  static byte[] takeBytes(ByteBuf buffer) {
    byte[] bytes = ByteBufUtil.getBytes(buffer);
    buffer.release();
    return bytes;
  }

  /** What a frame without its length says; read from direct memory, as from a socket. */
  static List<GroupMessage> read(byte[] content, Counters counters)
      throws InvalidProtocolBufferException {
    ByteBuffer direct = ByteBuffer.allocateDirect(content.length).put(content).flip();
    return new ArrayList<>(new FrameReader("test", counters, LOG).read(direct));
  }
}
