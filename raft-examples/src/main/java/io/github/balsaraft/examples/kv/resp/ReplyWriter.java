package io.github.balsaraft.examples.kv.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.examples.kv.state.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the replies of one connection. Many small ones share a buffer and a flush; large values go out from the array that
 * holds them, piece by piece and only for as long as the channel takes them: the system's buffers, which they are copied to, are
 * shared with all other connections of the process. What the channel doesn't take yet waits here. Used on the connection's event loop.
 */
public final class ReplyWriter {

  private static final int BUFFER_BYTES = 16 << 10;

  /** A value from this length on is not copied into the shared buffer. */
  private static final int LARGE_BYTES = 16 << 10;

  /** The most that is written of a large value at once. */
  private static final int PIECE_BYTES = 64 << 10;

  private static final byte[] OK = {'+', 'O', 'K', '\r', '\n'};
  private static final byte[] NIL = {'$', '-', '1', '\r', '\n'};
  private static final int LINE_END = '\r' << 8 | '\n';

  private final Channel channel;
  private final ChannelFutureListener afterPiece = this::pieceEnded;

  /** What is left of the reply that is being written; empty but for long ones. */
  private final Deque<Reply> waiting = new ArrayDeque<>();

  /** A large value before the waiting replies, and how much of it the channel has been given. */
  private @Nullable Bytes value;

  private int valueAt;

  /** Replies that the channel has not been given yet. */
  private @Nullable ByteBuf buffer;

  /** Whether the channel was given something since the last flush. */
  private boolean unflushed;

  /** How many pieces the client's system has taken wholly. */
  private long piecesTaken;

  public ReplyWriter(Channel channel) {
    this.channel = channel;
  }

  /** Writes one reply, or what the channel takes of it: then the rest waits until the writer {@linkplain #isReady is ready}. */
  public void write(Reply reply) {
    if (isWaiting()) {
      waiting.addLast(reply);
    } else {
      begin(reply);
      writeOn();
    }
  }

  /** Announces an array; its elements follow as replies of their own. To be called when the writer {@linkplain #isReady is ready}. */
  public void writeArrayHeader(int length) {
    if (isWaiting()) {
      throw new IllegalStateException("in the middle of another reply");
    }
    writeNumber('*', length);
  }

  /** Writes what waits as far as the channel takes it, and says whether it would take another reply. */
  public boolean isReady() {
    writeOn();
    return !isWaiting() && channel.isWritable();
  }

  /** Whether the channel hasn't been given all of a reply. */
  public boolean isWaiting() {
    return value != null || !waiting.isEmpty();
  }

  /** How many pieces of replies the system has taken so far, on their way to the client. */
  public long piecesTaken() {
    return piecesTaken;
  }

  private void writeOn() {
    while (isWaiting() && channel.isWritable()) {
      Bytes large = value;
      if (large != null) {
        writePiece(large);
      } else {
        begin(waiting.removeFirst());
      }
    }
  }

  /** Writes a reply, but for what is large or has parts: that is what waits first from then on. */
  private void begin(Reply reply) {
    if (reply == Reply.OK) {
      buffer().writeBytes(OK);
    } else if (reply instanceof Reply.Int number) {
      writeNumber(':', number.value());
    } else if (reply instanceof Reply.Bulk bulk) {
      beginBulk(bulk.bytes());
    } else if (reply instanceof Reply.Status status) {
      writeLine('+', status.text());
    } else if (reply instanceof Reply.Failure failure) {
      writeLine('-', failure.text());
    } else if (reply instanceof Reply.NoArray) {
      writeNumber('*', -1);
    } else if (reply instanceof Reply.Array array) {
      List<Reply> parts = array.replies();
      writeNumber('*', parts.size());
      for (int i = parts.size() - 1; i >= 0; i--) {
        waiting.addFirst(parts.get(i));
      }
    } else {
      throw new AssertionError("no way to write " + reply.getClass());
    }
  }

  private void beginBulk(@Nullable Bytes bytes) {
    if (bytes == null) {
      buffer().writeBytes(NIL);
      return;
    }
    writeNumber('$', bytes.length());
    if (bytes.length() < LARGE_BYTES) {
      buffer().writeBytes(bytes.array()).writeShort(LINE_END);
    } else {
      handOver();
      value = bytes;
      valueAt = 0;
    }
  }

  private void writePiece(Bytes large) {
    int length = Math.min(PIECE_BYTES, large.length() - valueAt);
    ByteBuf piece = Unpooled.wrappedBuffer(large.array(), valueAt, length);
    valueAt += length;
    if (valueAt == large.length()) {
      value = null;
    }
    give(piece);
    if (value == null) {
      buffer().writeShort(LINE_END);
    }
  }

  /** Sends everything off that the channel takes. */
  public void flush() {
    handOver();
    if (unflushed) {
      unflushed = false;
      channel.flush();
    }
  }

  /** Releases what was not sent. */
  public void discard() {
    waiting.clear();
    value = null;
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
      give(full);
    }
  }

  private void give(ByteBuf piece) {
    unflushed = true;
    // With a promise of its own: Netty says nothing to a
    // void one when there is no memory to copy the piece to.
    ChannelFuture written = channel.write(piece);
    if (written.isDone()) {
      pieceEnded(written);
    } else {
      var unused = written.addListener(afterPiece);
    }
  }

  private void pieceEnded(ChannelFuture written) {
    if (written.isSuccess()) {
      piecesTaken++;
      return;
    }
    if (channel.isOpen()) {
      channel.pipeline().fireExceptionCaught(written.cause());
    }
    // Whoever listens there: a client must not take what
    // comes behind a missing piece for the rest of a reply.
    var unused = channel.close();
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
