package io.github.balsaraft.examples.kv.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection in a way that lets the last reply arrive: to close a socket, or our side of it, throws away what it has not taken
 * yet; and to close it with unread bytes in it resets the connection, and the client's system then throws away what it had received. On
 * the connection's event loop.
 */
final class GentleClose {

  /** How long a client may take to close its side once the last reply has gone out. */
  private static final long LINGER_MILLIS = 1000;

  /** And how long it may take none of the replies before that. */
  private static final long STALLED_MILLIS = 30_000;

  private final Channel channel;

  /** Whether it will be closed once the last reply has gone out. */
  private boolean begun;

  /** Whether our side of the connection is closed and the client's is awaited. */
  private boolean lingering;

  GentleClose(Channel channel) {
    this.channel = channel;
  }

  /** Nothing more is written. Does nothing if it has begun already. */
  void begin() {
    if (begun || !(channel instanceof DuplexChannel duplex)) {
      return;
    }
    begun = true;
    closeOnceStalled(outboundBytes());
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(allSent -> {
      if (allSent.isSuccess()) {
        linger(duplex);
      } else {
        closeNow();
      }
    });
  }

  /** The client has closed its side. */
  void inputEnded() {
    if (lingering) {
      closeNow();
    }
  }

  private void closeNow() {
    var unused = channel.close();
  }

  /** A client that takes nothing any more is not waited for. */
  private void closeOnceStalled(long bytesBefore) {
    Runnable look = () -> {
      long bytes = outboundBytes();
      if (bytes >= bytesBefore) {
        closeNow();
      } else {
        closeOnceStalled(bytes);
      }
    };
    Future<?> unused = channel.eventLoop().schedule(look, STALLED_MILLIS, TimeUnit.MILLISECONDS);
  }

  private long outboundBytes() {
    ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
    return outbound == null ? 0 : outbound.totalPendingWriteBytes();
  }

  private void linger(DuplexChannel duplex) {
    lingering = true;
    if (duplex.isInputShutdown()) {
      closeNow();
      return;
    }
    duplex.shutdownOutput().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    duplex.config().setAutoRead(true);
    // Ended by the client, which closes its side when it sees ours closed; or by us if it doesn't.
    Runnable close = this::closeNow;
    Future<?> unused = channel.eventLoop().schedule(close, LINGER_MILLIS, TimeUnit.MILLISECONDS);
  }
}
