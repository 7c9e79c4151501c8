package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.examples.kv.resp.MemoryBudget;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The last handler of a connection. Notices a client that has sent a part of a command, or of a transaction, and nothing more: what has
 * arrived is memory of all clients, and once that is short, those who go on must not wait for those who don't.
 */
final class UnfinishedWatch extends ChannelInboundHandlerAdapter {

  /** How often it is looked whether memory has become short, in parts of the patience. */
  private static final int LOOKS = 8;

  private final MemoryBudget budget;
  private final long patienceNanos;
  private final BooleanSupplier inRequest;
  private final ClientConnection connection;

  private long goneOnNanos;
  private boolean watching;

  /**
   * A watch over one connection.
   *
   * @param patience how long it may send nothing while memory is short
   * @param inRequest whether it has sent a part of a command
   */
  UnfinishedWatch(
      MemoryBudget budget,
      Duration patience,
      BooleanSupplier inRequest,
      ClientConnection connection) {
    this.budget = budget;
    this.patienceNanos = patience.toNanos();
    this.inRequest = inRequest;
    this.connection = connection;
  }

  private boolean isUnfinished() {
    return inRequest.getAsBoolean() || connection.isInTransaction();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (isUnfinished()) {
      goneOnNanos = System.nanoTime();
      if (!watching) {
        watching = true;
        lookAfter(context, patienceNanos);
      }
    }
    context.fireChannelReadComplete();
  }

  private void lookAfter(ChannelHandlerContext context, long nanos) {
    Future<?> unused =
        context.executor().schedule(() -> look(context), nanos, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext context) {
    if (!isUnfinished() || context.isRemoved()) {
      watching = false;
      return;
    }
    long now = System.nanoTime();
    if (!connection.isIdle() || !context.channel().config().isAutoRead()) {
      // It is us who don't go on.
      goneOnNanos = now;
    }
    long left = patienceNanos - (now - goneOnNanos);
    if (left <= 0 && budget.isShort()) {
      connection.cutOff("memory is short, and it doesn't finish what it has begun to send");
    } else {
      lookAfter(context, Math.max(left, patienceNanos / LOOKS));
    }
  }
}
