package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.transport.netty.DialFailure.Kind;
import io.github.balsaraft.transport.netty.HandshakeCodec.NotOursException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The dialling side of a handshake: says hello, waits for the answer, and judges it. */
final class DialHandshake extends ByteToMessageDecoder {

  private final Supplier<Identity> self;
  private final HostId wanted;
  private final LaneKind lane;
  private final long timeoutMillis;
  private final Counters counters;
  private final Dialer.Listener listener;
  private @Nullable Future<?> timeout;
  private boolean done;

  DialHandshake(
      Supplier<Identity> self,
      HostId wanted,
      LaneKind lane,
      long timeoutMillis,
      Counters counters,
      Dialer.Listener listener) {
    this.self = self;
    this.wanted = wanted;
    this.lane = lane;
    this.timeoutMillis = timeoutMillis;
    this.counters = counters;
    this.listener = listener;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    timeout = ctx.executor()
        .schedule(
            () -> {
              if (!done) {
                counters.handshakeTimeouts.increment();
                fail(ctx, Kind.UNREACHABLE, "it took the connection and didn't answer");
              }
            },
            timeoutMillis,
            TimeUnit.MILLISECONDS);
    Hello hello = new Hello(
        HandshakeRules.NEWEST_VERSION, HandshakeRules.OLDEST_VERSION, self.get(), wanted, lane);
    Quietly.send(ctx, HandshakeCodec.write(hello, ctx.alloc()));
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (done) {
      // Nothing may come behind the answer; the channel is being closed.
      in.skipBytes(in.readableBytes());
      return;
    }
    try {
      HandshakeFrame frame = HandshakeCodec.read(in);
      if (frame != null) {
        answered(ctx, HandshakeCodec.toAnswer(frame));
      }
    } catch (NotOursException e) {
      fail(ctx, Kind.UNREACHABLE, "what answers there isn't a host of ours: " + e.why());
    }
  }

  private void answered(ChannelHandlerContext ctx, Answer answer) {
    Refusal refusal = HandshakeRules.judge(answer, self.get(), wanted);
    if (refusal != null) {
      counters.refused(refusal.reason());
      fail(ctx, Kind.REFUSED, refusal.detail());
      return;
    }
    finish();
    // This handler stays: it swallows whatever a peer says that should only listen.
    listener.connected(ctx.channel(), answer.self());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    super.channelInactive(ctx);
    if (!done) {
      fail(ctx, Kind.DROPPED, "the connection was closed before the handshake was through");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (done) {
      Quietly.close(ctx);
    } else {
      fail(ctx, Kind.DROPPED, String.valueOf(cause.getMessage()));
    }
  }

  private void finish() {
    done = true;
    if (timeout != null) {
      timeout.cancel(false);
    }
  }

  private void fail(ChannelHandlerContext ctx, Kind kind, String detail) {
    finish();
    Quietly.close(ctx);
    listener.failed(new DialFailure(kind, detail));
  }
}
