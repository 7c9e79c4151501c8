package io.github.balsaraft.transport.netty;

import io.github.balsaraft.transport.netty.HandshakeCodec.NotOursException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The dialled side of a handshake: waits for a hello, judges it, answers, and makes room for what reads frames. Whatever
 * else arrives ends the connection with one log line and touches nobody else's.
 */
final class AcceptHandshake extends ByteToMessageDecoder {

  private final Supplier<Identity> self;
  private final long timeoutMillis;
  private final Counters counters;
  private final PerSubjectLog log;
  private final Welcome welcome;
  private @Nullable HandshakeTimeout timeout;
  private boolean spoken;
  private boolean done;

  /** Says what reads frames from a peer whose hello was accepted. */
  @FunctionalInterface
  interface Welcome {
    ChannelHandler handlerFor(ChannelHandlerContext ctx, Hello hello);

    /** Why a host with which nothing else is wrong isn't let in; null if it is. */
    default @Nullable Refusal judge(Hello hello) {
      return null;
    }

    /** What serves a client outside the group, its handshake included; null if there is nothing. */
    default @Nullable ChannelHandler handlerForClient(ChannelHandlerContext ctx) {
      return null;
    }
  }

  AcceptHandshake(
      Supplier<Identity> self,
      long timeoutMillis,
      Counters counters,
      PerSubjectLog log,
      Welcome welcome) {
    this.self = self;
    this.timeoutMillis = timeoutMillis;
    this.counters = counters;
    this.log = log;
    this.welcome = welcome;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    timeout = HandshakeTimeout.start(ctx, timeoutMillis, counters, log, this::isGivenUp);
  }

  private boolean isGivenUp() {
    boolean silent = !done;
    done = true;
    return silent;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (done) {
      in.skipBytes(in.readableBytes());
      return;
    }
    spoken = true;
    ChannelHandler serving = ClientCodec.isClient(in) ? welcome.handlerForClient(ctx) : null;
    if (serving != null) {
      done = true;
      // Replacing hands on what has been read.
      ctx.pipeline().replace(this, "client", serving);
      return;
    }
    try {
      HandshakeFrame frame = HandshakeCodec.read(in);
      if (frame != null) {
        heard(ctx, HandshakeCodec.toHello(frame));
      }
    } catch (NotOursException e) {
      garbage(ctx, e.why());
      in.skipBytes(in.readableBytes());
    }
  }

  private void heard(ChannelHandlerContext ctx, Hello hello) {
    done = true;
    Identity me = self.get();
    Refusal refusal = HandshakeRules.judge(hello, me);
    if (refusal == null) {
      refusal = welcome.judge(hello);
    }
    Answer answer = new Answer(HandshakeRules.NEWEST_VERSION, me, refusal);
    if (refusal != null) {
      counters.refused(refusal.reason());
      log.warn(
          "refused " + refusal.reason(),
          "refused host {} at {}: {}",
          hello.self().host().host(),
          ctx.channel().remoteAddress(),
          refusal.detail());
      ctx.writeAndFlush(HandshakeCodec.write(answer, ctx.alloc()))
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    Quietly.send(ctx, HandshakeCodec.write(answer, ctx.alloc()));
    // The first frames may already be behind the hello; replacing hands them on.
    ctx.pipeline().replace(this, "frames", welcome.handlerFor(ctx, hello));
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    done = true;
    if (timeout != null) {
      timeout.cancel();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    super.channelInactive(ctx);
    // Who connects and hangs up without a word is no stranger: so do health checks, and a peer that
    // wonders whether we live.
    if (!done && spoken) {
      garbage(ctx, "it hung up in the middle of its handshake");
    }
    done = true;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!done) {
      garbage(ctx, cause.toString());
    }
    Quietly.close(ctx);
  }

  private void garbage(ChannelHandlerContext ctx, String why) {
    done = true;
    counters.garbage.increment();
    log.warn("garbage", "closing a connection from {}: {}", ctx.channel().remoteAddress(), why);
    Quietly.close(ctx);
  }
}
