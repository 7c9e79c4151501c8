package io.github.balsaraft.transport.netty;

import com.google.protobuf.InvalidProtocolBufferException;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.transport.UnreadableEntries;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cuts an inbound connection into frames, after its handshake, and delivers what is in them. */
final class FrameDecoder extends ByteToMessageDecoder {

  private static final Logger LOG = LoggerFactory.getLogger(FrameDecoder.class);

  private final HostRecord from;
  private final int maxFrameBytes;
  private final FrameReader reader;
  private final Deliveries deliveries;
  private final Counters counters;
  private final PerSubjectLog log;

  /** Written by the event loop, read by all. */
  private volatile long lastReadNanos = System.nanoTime();

  FrameDecoder(
      HostRecord from,
      int maxFrameBytes,
      Deliveries deliveries,
      Counters counters,
      PerSubjectLog log) {
    this.from = from;
    this.maxFrameBytes = maxFrameBytes;
    this.reader = new FrameReader(from.host().name(), counters, log);
    this.deliveries = deliveries;
    this.counters = counters;
    this.log = log;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    super.channelRead(ctx, message);
    // Now, since the receiver may have taken its time.
    lastReadNanos = System.nanoTime();
  }

  /** For how long nothing has been read. */
  long silentNanos() {
    return System.nanoTime() - lastReadNanos;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (in.readableBytes() < FrameWriter.LENGTH_BYTES) {
      return;
    }
    int length = in.getInt(in.readerIndex());
    if (length < 1 || length > maxFrameBytes) {
      close(
          ctx,
          in,
          "it announced a frame of " + Integer.toUnsignedString(length) + " bytes where at most "
              + maxFrameBytes + " are allowed");
      return;
    }
    if (in.readableBytes() < FrameWriter.LENGTH_BYTES + length) {
      return;
    }
    List<GroupMessage> messages;
    try {
      messages = reader.read(in.nioBuffer(in.readerIndex() + FrameWriter.LENGTH_BYTES, length));
    } catch (InvalidProtocolBufferException e) {
      close(ctx, in, "it sent a frame that is not well-formed: " + e.getMessage());
      return;
    }
    in.skipBytes(FrameWriter.LENGTH_BYTES + length);
    counters.framesReceived.increment();
    counters.bytesReceived.add(FrameWriter.LENGTH_BYTES + (long) length);
    counters.messagesReceived.add(messages.size());
    if (!messages.isEmpty()) {
      deliveries.messages(from, messages);
    }
    for (UnreadableEntries unreadable : reader.takeUnreadable()) {
      deliveries.unreadable(from, unreadable);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A reset connection is the daily bread of a transport;
    // anything else is a bug, and ends this connection only.
    if (!(cause instanceof IOException)) {
      counters.brokenFrames.increment();
      LOG.error("reading from {} failed; closing the connection", from.host(), cause);
    }
    Quietly.close(ctx);
  }

  private void close(ChannelHandlerContext ctx, ByteBuf in, String why) {
    counters.brokenFrames.increment();
    log.warn("frame " + from.host(), "closing a connection from {}: {}", from.host(), why);
    in.skipBytes(in.readableBytes());
    Quietly.close(ctx);
  }
}
