package io.github.balsaraft.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices that nothing has come from the other end of a connection, and nothing could be sent to it, for a while. Nobody says when a part
 * of what waits has left, so it looks a few times in that while; it counts from the look after the last byte, and is late by one at
 * most.
 */
final class SilenceWatch extends ChannelInboundHandlerAdapter {

  /** How often it looks before a silence is long enough. */
  private static final int LOOKS = 8;

  private final long lookNanos;
  private final BooleanSupplier isExcused;
  private final Runnable onSilent;
  private @Nullable ScheduledFuture<?> next;
  private int looksInSilence;

  // What it has seen at the last look.
  private @Nullable Object leaving;
  private long leftOfIt;
  private long waitingBytes;

  /**
   * A watch that isn't in a pipeline yet.
   *
   * @param isExcused whether the other end has no reason to say anything at the moment
   */
  SilenceWatch(long silenceMillis, BooleanSupplier isExcused, Runnable onSilent) {
    this.lookNanos = Math.max(1, TimeUnit.MILLISECONDS.toNanos(silenceMillis) / LOOKS);
    this.isExcused = isExcused;
    this.onSilent = onSilent;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    lookLater(ctx);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (next != null) {
      next.cancel(false);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    // The look that follows is not one in silence any more.
    looksInSilence = -1;
    ctx.fireChannelRead(message);
  }

  private void lookLater(ChannelHandlerContext ctx) {
    next = ctx.executor().schedule(() -> look(ctx), lookNanos, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext ctx) {
    boolean hasTaken = hasTakenSince(ctx.channel());
    looksInSilence = hasTaken || isExcused.getAsBoolean() ? 0 : looksInSilence + 1;
    if (looksInSilence < LOOKS) {
      lookLater(ctx);
    } else {
      onSilent.run();
    }
  }

  /** What we have written ourselves counts too: it gets the time to leave. */
  private boolean hasTakenSince(Channel channel) {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    if (buffer == null) {
      return false;
    }
    Object first = buffer.current();
    boolean isSame = first == leaving
        && buffer.currentProgress() == leftOfIt
        && buffer.totalPendingWriteBytes() == waitingBytes;
    leaving = first;
    leftOfIt = buffer.currentProgress();
    waitingBytes = buffer.totalPendingWriteBytes();
    return !isSame;
  }
}
