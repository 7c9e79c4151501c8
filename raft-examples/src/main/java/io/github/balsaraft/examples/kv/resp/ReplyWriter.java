package io.github.balsaraft.examples.kv.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.examples.kv.state.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * Writes the replies of one connection. Many small ones share a buffer and a flush; large values go out from the array that
 * holds them. Used on the connection's event loop.
 */
public final class ReplyWriter {

  private static final int BUFFER_BYTES = 16 << 10;

  /** A value from this length on is not copied into the shared buffer. */
  private static final int LARGE_BYTES = 16 << 10;

  private static final byte[] OK = {'+', 'O', 'K', '\r', '\n'};
  private static final byte[] NIL = {'$', '-', '1', '\r', '\n'};
  private static final int LINE_END = '\r' << 8 | '\n';

  private final Channel channel;

  /** Replies that the channel has not been given yet. */
  private @Nullable ByteBuf buffer;

  /** Whether the channel was given something since the last flush. */
  private boolean unflushed;

  public ReplyWriter(Channel channel) {
    this.channel = channel;
  }

  /** Writes one reply. */
  public void write(Reply reply) {
    if (reply == Reply.OK) {
      buffer().writeBytes(OK);
    } else if (reply instanceof Reply.Int number) {
      writeNumber(':', number.value());
    } else if (reply instanceof Reply.Bulk bulk) {
      writeBulk(bulk.bytes());
    } else if (reply instanceof Reply.Status status) {
      writeLine('+', status.text());
    } else if (reply instanceof Reply.Failure failure) {
      writeLine('-', failure.text());
    } else if (reply instanceof Reply.NoArray) {
      writeNumber('*', -1);
    } else if (reply instanceof Reply.Array array) {
      writeArrayHeader(array.replies().size());
      array.replies().forEach(this::write);
    } else {
      throw new AssertionError("no way to write " + reply.getClass());
    }
  }

  /** Announces an array; its elements follow as replies of their own. */
  public void writeArrayHeader(int length) {
    writeNumber('*', length);
  }

  /** Writes a value, or that there is none. */
  public void writeBulk(@Nullable Bytes bytes) {
    if (bytes == null) {
      buffer().writeBytes(NIL);
      return;
    }
    writeNumber('$', bytes.length());
    if (bytes.length() < LARGE_BYTES) {
      buffer().writeBytes(bytes.array());
    } else {
      handOver();
      unflushed = true;
      // Without a promise of its own a failure closes the connection by way of exceptionCaught.
      var unused = channel.write(Unpooled.wrappedBuffer(bytes.array()), channel.voidPromise());
    }
    buffer().writeShort(LINE_END);
  }

  /** Sends everything off. */
  public void flush() {
    handOver();
    if (unflushed) {
      unflushed = false;
      channel.flush();
    }
  }

  /** Releases what was not sent. */
  public void discard() {
    if (buffer != null) {
      buffer.release();
      buffer = null;
    }
  }

  private ByteBuf buffer() {
    ByteBuf current = buffer;
    if (current != null && current.readableBytes() >= BUFFER_BYTES) {
      // Now the channel counts it, and says when the client reads too slowly.
      handOver();
      current = null;
    }
    if (current == null) {
      current = channel.alloc().ioBuffer(BUFFER_BYTES + 64);
      buffer = current;
    }
    return current;
  }

  private void handOver() {
    ByteBuf full = buffer;
    if (full != null) {
      buffer = null;
      unflushed = true;
      var unused = channel.write(full, channel.voidPromise());
    }
  }

  private void writeNumber(char type, long value) {
    ByteBuf out = buffer();
    out.writeByte(type);
    if (value >= 0 && value < 10) {
      out.writeByte('0' + (int) value);
    } else {
      out.writeCharSequence(Long.toString(value), UTF_8);
    }
    out.writeShort(LINE_END);
  }

  private void writeLine(char type, String text) {
    ByteBuf out = buffer();
    out.writeByte(type);
    out.writeCharSequence(text.replace('\r', ' ').replace('\n', ' '), UTF_8);
    out.writeShort(LINE_END);
  }
}
