package io.github.balsaraft.transport.netty;

import com.google.protobuf.InvalidProtocolBufferException;
import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientHello;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientWelcome;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's end of a connection to one member. If answers are owed and none comes for too long the connection is given up: the member may
 * be dead without anybody having said so. Used on one event loop only.
 */
final class ClientConnection extends ByteToMessageDecoder {

  /** An answer that is owed for so many times the patience ends the connection, whatever else is answered. */
  private static final int MOST_TIMEOUTS_OWED = 8;

  private final String address;
  private final int maxFrameBytes;
  private final long timeoutNanos;
  private final BiConsumer<ClientConnection, ClusterIdentity> onWelcome;
  private final Consumer<ClientConnection> onEnd;

  /** By number; that which waits for longest comes first. */
  private final Map<Long, Waiting> waiting = new LinkedHashMap<>();

  private @Nullable ChannelHandlerContext ctx;
  private long connectedNanos;
  private long heardNanos;
  private long lastId;
  private int maxRequestBytes = NettyTransportBuilder.DEFAULT_MAX_FRAME_BYTES;
  private String problem = "it hung up";
  private boolean welcomed;
  private boolean leaving;
  private boolean ended;

  ClientConnection(
      String address,
      int maxFrameBytes,
      long timeoutNanos,
      BiConsumer<ClientConnection, ClusterIdentity> onWelcome,
      Consumer<ClientConnection> onEnd) {
    this.address = address;
    this.maxFrameBytes = maxFrameBytes;
    this.timeoutNanos = timeoutNanos;
    this.onWelcome = onWelcome;
    this.onEnd = onEnd;
  }

  String address() {
    return address;
  }

  boolean isOpen() {
    return welcomed && !ended;
  }

  /** The longest request that the member takes; what members take by default if it doesn't say. */
  int maxRequestBytes() {
    return maxRequestBytes;
  }

  /** Why it ended, or did not come about. */
  String problem() {
    return problem;
  }

  /** Ends it at once, for a reason. */
  void refuse(String why) {
    problem = why;
    close();
  }

  /** Sends a request; fails with an {@link IOException} if the connection ends before the answer. */
  CompletableFuture<ClientAnswer> ask(ClientRequest.Builder request) {
    ChannelHandlerContext open = ctx;
    if (!isOpen() || open == null) {
      return CompletableFuture.failedFuture(
          new IOException("the connection to " + address + " ended"));
    }
    ByteBuf frame;
    try {
      frame = ClientCodec.frame(request.setId(lastId + 1).build(), open.alloc());
    } catch (OutOfMemoryError e) {
      // Before anything waits for its answer: nobody would ever give one.
      return CompletableFuture.failedFuture(
          new IOException("there is no memory for a request to " + address, e));
    }
    Waiting asked = new Waiting(new CompletableFuture<>(), System.nanoTime());
    waiting.put(++lastId, asked);
    Quietly.send(open, frame);
    return asked.answer;
  }

  /** Asks nothing more, and ends once all is answered. */
  void leave() {
    leaving = true;
    endIfDone();
  }

  void close() {
    if (ctx != null) {
      Quietly.close(ctx);
    }
  }

  private void endIfDone() {
    if (leaving && waiting.isEmpty()) {
      close();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    ctx = context;
    connectedNanos = System.nanoTime();
    Quietly.send(
        context,
        ClientCodec.handshake(
            ClientHello.newBuilder()
                .setOldestVersion(1)
                .setMaxFrameBytes(maxFrameBytes)
                .build(),
            context.alloc()));
    watch(context);
  }

  private void watch(ChannelHandlerContext context) {
    var unused = context
        .executor()
        .schedule(
            () -> {
              if (!ended) {
                if (hasFallenSilent(System.nanoTime())) {
                  refuse("it doesn't answer");
                } else {
                  watch(context);
                }
              }
            },
            Math.max(1_000_000, timeoutNanos / 8),
            TimeUnit.NANOSECONDS);
  }

  /**
   * Whether it owes an answer and has said nothing at all for too long. Who answers others meanwhile is only busy, or far away; but one
   * answer of all must not be owed for ever.
   */
  private boolean hasFallenSilent(long nowNanos) {
    if (!welcomed) {
      return nowNanos - connectedNanos > timeoutNanos;
    }
    if (waiting.isEmpty()) {
      return false;
    }
    long owedNanos = nowNanos - waiting.values().iterator().next().sinceNanos;
    return Math.min(owedNanos, nowNanos - heardNanos) > timeoutNanos
        || owedNanos / MOST_TIMEOUTS_OWED > timeoutNanos;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    try {
      if (!welcomed) {
        HandshakeFrame handshake = ClientCodec.readHandshake(in);
        if (handshake != null) {
          welcomed(ClientWelcome.parseFrom(handshake.message()));
        }
        return;
      }
      byte[] frame = ClientCodec.readFrame(in, maxFrameBytes);
      if (frame != null) {
        heardNanos = System.nanoTime();
        ClientAnswer answer = ClientAnswer.parseFrom(frame);
        Waiting asked = waiting.remove(answer.getId());
        if (asked != null) {
          asked.answer.complete(answer);
        }
        endIfDone();
      }
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      in.skipBytes(in.readableBytes());
      refuse("what it says can't be read: " + e.getMessage());
    }
  }

  private void welcomed(ClientWelcome welcome) {
    if (!welcome.getRefusal().isEmpty()) {
      refuse("it refuses: " + welcome.getRefusal());
      return;
    }
    if (welcome.getClusterId() == 0) {
      refuse("it doesn't say of which cluster it is");
      return;
    }
    ClusterIdentity cluster =
        new ClusterIdentity(welcome.getClusterId(), welcome.getClusterEpoch());
    if (welcome.getMaxFrameBytes() > 0) {
      maxRequestBytes = welcome.getMaxFrameBytes();
    }
    welcomed = true;
    heardNanos = System.nanoTime();
    onWelcome.accept(this, cluster);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    try {
      super.channelInactive(context);
    } finally {
      ended = true;
      List<Waiting> left = List.copyOf(waiting.values());
      waiting.clear();
      IOException failure = new IOException("the connection to " + address + " ended");
      left.forEach(asked -> asked.answer.completeExceptionally(failure));
      onEnd.accept(this);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Quietly.close(context);
  }

  private record Waiting(CompletableFuture<ClientAnswer> answer, long sinceNanos) {}
}
