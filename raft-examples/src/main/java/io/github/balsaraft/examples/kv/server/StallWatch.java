package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.examples.kv.resp.ReplyWriter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Notices that a client takes none of its replies: they wait in memory that all connections share, and with them the transport
 * between the servers. Lives on the event loop of the connection.
 */
final class StallWatch {

  /** More than a piece of a reply has bytes. */
  private static final int PIECE_BITS = 32;

  private final Channel channel;
  private final ReplyWriter replies;
  private final Duration patience;
  private final Runnable stalled;
  private boolean watching;

  /**
   * A watch over one connection.
   *
   * @param patience how long a client may take nothing while something waits for it; it is noticed within twice that time
   * @param stalled what to do then
   */
  StallWatch(Channel channel, ReplyWriter replies, Duration patience, Runnable stalled) {
    this.channel = channel;
    this.replies = replies;
    this.patience = patience;
    this.stalled = stalled;
  }

  /** To be called whenever something has been sent off: watches from now on if the system has not taken all of it. */
  void look() {
    if (!watching && isWaiting()) {
      watching = true;
      lookAgain(progress());
    }
  }

  private void lookAgain(long before) {
    Runnable look = () -> {
      if (!isWaiting()) {
        watching = false;
      } else if (progress() == before) {
        stalled.run();
      } else {
        lookAgain(progress());
      }
    };
    Future<?> unused =
        channel.eventLoop().schedule(look, patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private boolean isWaiting() {
    ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
    return outbound != null && outbound.totalPendingWriteBytes() > 0;
  }

  /** Another number once a single byte more has been taken. */
  private long progress() {
    ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
    long ofPiece = outbound == null ? 0 : outbound.currentProgress();
    return (replies.piecesTaken() << PIECE_BITS) + ofPiece;
  }
}
