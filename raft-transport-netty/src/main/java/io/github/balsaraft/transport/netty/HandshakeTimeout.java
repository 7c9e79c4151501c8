package io.github.balsaraft.transport.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Closes a connection whose other side doesn't say in time who it is. Of the connection's event loop only. */
final class HandshakeTimeout {

  private final Future<?> closing;

  private HandshakeTimeout(Future<?> closing) {
    this.closing = closing;
  }

  /**
   * Begins to wait.
   *
   * @param isDue asked when the time is over: whether it hasn't been said yet
   */
  static HandshakeTimeout start(
      ChannelHandlerContext ctx,
      long millis,
      Counters counters,
      PerSubjectLog log,
      BooleanSupplier isDue) {
    Runnable close = () -> {
      if (isDue.getAsBoolean()) {
        counters.handshakeTimeouts.increment();
        log.warn(
            "timeout",
            "closing a connection from {}: no handshake came within {} ms",
            ctx.channel().remoteAddress(),
            millis);
        Quietly.close(ctx);
      }
    };
    return new HandshakeTimeout(ctx.executor().schedule(close, millis, TimeUnit.MILLISECONDS));
  }

  void cancel() {
    closing.cancel(false);
  }
}
