package io.github.balsaraft.transport.netty;

import com.google.protobuf.InvalidProtocolBufferException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientHello;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientOutcome;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientWelcome;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * The server's end of one client's connection. What the client has asked and not been answered is bounded: beyond that nothing more
 * is read from it, so that a client that asks without listening holds up itself and nobody else. So are the answers that it doesn't take:
 * beyond that reads are not served, since they can be asked again. What it wants of a node counts in the node's own budgets besides.
 *
 * <p>A client that has vanished takes nothing either, and the system may try for a quarter of an hour to get an answer to it. So one is
 * closed from which nothing has come, and to which nothing could be sent, for a while.
 */
final class ClientServing extends ByteToMessageDecoder {

  static final int MAX_UNANSWERED = 1024;
  static final long MAX_UNANSWERED_BYTES = 8L << 20;
  static final long MAX_LEAVING_BYTES = 8L << 20;

  private final ClientService service;
  private final Supplier<HostRecord> self;
  private final int maxFrameBytes;
  private final Counters counters;
  private final PerSubjectLog log;
  private final Runnable onWelcome;
  private boolean welcomed;
  private int maxAnswerBytes;
  private boolean ended;
  private int unanswered;

  /** Of these no answer is there yet. */
  private int beingAnswered;

  private long unansweredBytes;

  /** Of answers that no socket has taken yet. */
  private long leavingBytes;

  /**
   * @param onWelcome the connection no longer counts as one that has not said who it is
   */
  ClientServing(
      ClientService service,
      Supplier<HostRecord> self,
      int maxFrameBytes,
      Counters counters,
      PerSubjectLog log,
      Runnable onWelcome) {
    this.service = service;
    this.self = self;
    this.maxFrameBytes = maxFrameBytes;
    this.maxAnswerBytes = maxFrameBytes;
    this.counters = counters;
    this.log = log;
    this.onWelcome = onWelcome;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (ended) {
      in.skipBytes(in.readableBytes());
      return;
    }
    try {
      if (!welcomed) {
        HandshakeFrame handshake = ClientCodec.readHandshake(in);
        if (handshake != null) {
          welcome(ctx, handshake);
        }
        return;
      }
      byte[] frame = isFull() ? null : ClientCodec.readFrame(in, maxFrameBytes);
      if (frame != null) {
        take(ctx, frame.length, ClientRequest.parseFrom(frame));
      }
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      ended = true;
      log.warn(
          "client",
          "closing the connection of a client at {}: {}",
          ctx.channel().remoteAddress(),
          String.valueOf(e.getMessage()));
      in.skipBytes(in.readableBytes());
      Quietly.close(ctx);
    }
  }

  /**
   * Not as in the superclass, which reads on when nothing was handed to the next handler: nothing ever is here, so that it would never
   * stop, whatever is unanswered.
   */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    discardSomeReadBytes();
    ctx.fireChannelReadComplete();
  }

  private void welcome(ChannelHandlerContext ctx, HandshakeFrame handshake)
      throws InvalidProtocolBufferException {
    ClientHello hello = ClientHello.parseFrom(handshake.message());
    HostRecord me = self.get();
    ClusterIdentity cluster = me.cluster();
    String refusal = hello.getOldestVersion() > ClientCodec.NEWEST_VERSION
        ? "version " + ClientCodec.NEWEST_VERSION + " is the newest that is spoken here"
        : cluster == null ? "this host belongs to no cluster yet" : service.admit(ctx.channel());
    ClientWelcome.Builder welcome = ClientWelcome.newBuilder()
        .setHost(me.host().name())
        .setRefusal(refusal)
        .setMaxFrameBytes(maxFrameBytes);
    if (cluster != null) {
      welcome.setClusterId(cluster.id()).setClusterEpoch(cluster.epoch());
    }
    ByteBuf answer = ClientCodec.handshake(welcome.build(), ctx.alloc());
    if (hello.getMaxFrameBytes() > 0) {
      maxAnswerBytes = hello.getMaxFrameBytes();
    }
    if (refusal.isEmpty()) {
      welcomed = true;
      // In front, where all that comes passes by. As long as the
      // node owes an answer the client may have nothing to say.
      ctx.pipeline()
          .addFirst(new SilenceWatch(
              service.silenceMillis(), () -> beingAnswered > 0, () -> hasFallenSilent(ctx)));
      counters.clientConnects.increment();
      onWelcome.run();
      Quietly.send(ctx, answer);
    } else {
      ended = true;
      counters.clientsRefused.increment();
      log.warn(
          "client refused", "refused a client at {}: {}", ctx.channel().remoteAddress(), refusal);
      ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
    }
  }

  private void hasFallenSilent(ChannelHandlerContext ctx) {
    ended = true;
    log.warn(
        "client silent",
        "closing the connection of a client at {}: it has said nothing and taken nothing for {} ms",
        ctx.channel().remoteAddress(),
        service.silenceMillis());
    Quietly.close(ctx);
  }

  private boolean isFull() {
    return unanswered >= MAX_UNANSWERED || unansweredBytes >= MAX_UNANSWERED_BYTES;
  }

  private void take(ChannelHandlerContext ctx, int bytes, ClientRequest request) {
    counters.clientRequests.increment();
    unanswered++;
    beingAnswered++;
    unansweredBytes += bytes;
    ctx.channel().config().setAutoRead(!isFull());
    // The request itself must not be held until then.
    boolean isCommand = request.hasSessionEntry();
    answerOnceThere(
        ctx,
        bytes,
        isCommand,
        ClientRequests.answer(service.node(new GroupId(request.getGroup())), request));
  }

  /** A client that waits for an answer which never comes asks elsewhere only at its deadline: if there is none, the connection ends. */
  void answerOnceThere(
      ChannelHandlerContext ctx,
      int bytes,
      boolean isCommand,
      CompletableFuture<ClientAnswer> coming) {
    CompletableFuture<?> unused = coming.whenComplete((answer, failure) -> {
      try {
        ctx.executor().execute(() -> {
          if (failure == null) {
            answer(ctx, bytes, isCommand, answer);
          } else {
            cannotAnswer(ctx, failure);
          }
        });
      } catch (RejectedExecutionException e) {
        // The transport is closed.
      } catch (Throwable e) {
        Quietly.close(ctx);
      }
    });
  }

  /** It counts as unanswered until it has left. */
  private void answer(
      ChannelHandlerContext ctx, int bytes, boolean isCommand, ClientAnswer answer) {
    beingAnswered--;
    // Many may have been asked for before the first of them was there. The result of a command
    // can't be taken back: it is sent all the same.
    ByteBuf frame;
    try {
      ClientAnswer fitting = !isCommand && leavingBytes >= MAX_LEAVING_BYTES
          ? notServed(answer.getId())
          : AnswerLimit.fit(answer, isCommand, maxAnswerBytes);
      frame = ClientCodec.frame(fitting, ctx.alloc());
    } catch (Throwable e) {
      cannotAnswer(ctx, e);
      return;
    }
    int waiting = frame.readableBytes();
    leavingBytes += waiting;
    unansweredBytes += waiting;
    ctx.channel().config().setAutoRead(!isFull());
    ChannelFuture sending;
    try {
      sending = ctx.writeAndFlush(frame);
    } catch (Throwable e) {
      cannotAnswer(ctx, e);
      return;
    }
    sending.addListener(sent -> {
      if (sent.isSuccess()) {
        counters.clientAnswers.increment();
      } else if (ctx.channel().isActive()) {
        // Memory ran out on its way: the connection would stay, and its client wait.
        cannotAnswer(ctx, sent.cause());
      }
      boolean wasFull = isFull();
      unanswered--;
      leavingBytes -= waiting;
      unansweredBytes -= bytes + (long) waiting;
      if (wasFull && !isFull() && ctx.channel().isActive()) {
        goOn(ctx);
      }
    });
  }

  private void goOn(ChannelHandlerContext ctx) {
    try {
      ctx.channel().config().setAutoRead(true);
      // What was read before waits in the decoder's buffer.
      callDecode(ctx, internalBuffer(), List.of());
    } catch (Throwable e) {
      // Not as when something is read: nobody else hears of it.
      giveUp(ctx, "can't take in what it has asked: ", e);
    }
  }

  private void cannotAnswer(ChannelHandlerContext ctx, Throwable cause) {
    giveUp(ctx, "can't send it an answer: ", cause);
  }

  private void giveUp(ChannelHandlerContext ctx, String what, Throwable cause) {
    ended = true;
    try {
      log.warn(
          "client",
          "closing the connection of a client at {}: {}",
          ctx.channel().remoteAddress(),
          what + cause);
    } finally {
      Quietly.close(ctx);
    }
  }

  private static ClientAnswer notServed(long id) {
    return ClientAnswer.newBuilder()
        .setId(id)
        .setOutcome(ClientOutcome.CLIENT_OUTCOME_READ_NOT_SERVED)
        .setDetail("the client has not taken answers of " + MAX_LEAVING_BYTES + " bytes yet")
        .setRetryAfterMillis(OverloadedException.RETRY_AFTER.toMillis())
        .build();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Quietly.close(ctx);
  }
}
