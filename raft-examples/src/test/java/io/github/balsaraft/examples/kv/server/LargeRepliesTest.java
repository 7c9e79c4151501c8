package io.github.balsaraft.examples.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.examples.kv.command.Session;
import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.resp.ReplyWriter;
import io.github.balsaraft.examples.kv.resp.RespLimits;
import io.github.balsaraft.examples.kv.resp.RespPipeline;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.testing.RespClient;
import io.github.balsaraft.examples.kv.testing.TestServer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.EOFException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Large values go out in pieces, one after the other, and either all of them or none of what comes behind. */
class LargeRepliesTest extends ServerTest {

  private static final String LARGE = "v".repeat(TestServer.MAX_VALUE_BYTES);

  /** Has memory for short replies and for what clients send, and for nothing longer. */
  private static final class ShortOfMemory extends PooledByteBufAllocator {

    ShortOfMemory() {
      super(true);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      if (initialCapacity > 20_000) {
        throw new OutOfMemoryError("no direct memory");
      }
      return super.newDirectBuffer(initialCapacity, maxCapacity);
    }
  }

  private Channel listen(EventLoopGroup group) {
    return new ServerBootstrap()
        .group(group)
        .channel(NioServerSocketChannel.class)
        .childOption(ChannelOption.ALLOCATOR, new ShortOfMemory())
        .childHandler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            RespPipeline.addTo(
                channel.pipeline(),
                RespLimits.forValuesOf(1 << 20),
                server.server().budget());
            Session session = new Session(7, channel.remoteAddress(), channel.localAddress(), 0);
            channel.pipeline().addLast(new ClientConnection(server.server(), channel, session));
          }
        })
        .bind(InetAddress.getLoopbackAddress(), 0)
        .syncUninterruptibly()
        .channel();
  }

  @Test
  void aValueThatCanNotBeSentEndsTheConnectionInsteadOfTheNextReplyStandingForIt() {
    try (RespClient other = server.connect()) {
      assertThat(other.call("SET", "large", LARGE)).isEqualTo("+OK");
    }
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    int port = ((InetSocketAddress) listen(group).localAddress()).getPort();
    try (RespClient client = new RespClient(port)) {
      client.sendRaw(pipeline("GET large", "PING"));

      assertThatThrownBy(client::readReply).hasRootCauseInstanceOf(EOFException.class);
    } finally {
      group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }
    expectNoClients();
    assertThat(server.server().cutOffs().count()).isEqualTo(1);
  }

  @Test
  void longRepliesOfEveryKindArriveWholeAndInOrder() {
    try (RespClient client = server.connect()) {
      assertThat(client.call("SET", "large", LARGE)).isEqualTo("+OK");
      client.sendRaw(pipeline(Collections.nCopies(100, "GET large").toArray(String[]::new)));
      client.sendRaw(pipeline(
          "PING",
          "MGET large none large",
          "MULTI",
          "GET large",
          "PING",
          "MGET large large",
          "EXEC",
          "ECHO " + LARGE,
          "GET large"));
      client.endInput();

      String value = '"' + LARGE + '"';
      assertThat(client.readReplies(100)).containsOnly(value);
      assertThat(client.readReplies(2))
          .containsExactly("+PONG", "[" + value + ", nil, " + value + "]");
      assertThat(client.readReplies(4)).containsExactly("+OK", "+QUEUED", "+QUEUED", "+QUEUED");
      assertThat(client.readReplies(3))
          .containsExactly("[" + value + ", +PONG, [" + value + ", " + value + "]]", value, value);
      assertThat(client.isClosedByServer()).isTrue();
    }
    expectNoClients();
  }

  /** Together they would take more memory than they may, and others wait while all keys are looked at. */
  @Test
  void searchesThatFindVeryManyKeysAreReadsOfTheirOwn() {
    try (RespClient client = server.connect()) {
      for (int part = 0; part < 5; part++) {
        List<String> words = new ArrayList<>(List.of("MSET"));
        for (int i = 0; i < 8000; i++) {
          words.add(part + ":" + i);
          words.add("");
        }
        assertThat(client.call(words.toArray(String[]::new))).isEqualTo("+OK");
      }
      client.sendRaw(pipeline("KEYS *", "KEYS *", "GET 0:0", "KEYS *", "GET 0:0", "PING"));

      String all = client.readReply();
      assertThat(all).hasSizeGreaterThan(40_000);
      assertThat(client.readReplies(5)).containsExactly(all, "\"\"", all, "\"\"", "+PONG");
    }
    assertThat(backend().reads()).hasSizeGreaterThanOrEqualTo(3);
  }

  /** What was written is copied to memory that all connections share; the rest is the value in the store. */
  @Test
  void noMoreIsWrittenThanTheChannelTakes() {
    EmbeddedChannel channel = new EmbeddedChannel();
    ReplyWriter writer = new ReplyWriter(channel);
    int most = channel.config().getWriteBufferHighWaterMark() + (70 << 10);
    Bytes value = Bytes.wrap(new byte[10 << 20]);

    writer.write(new Reply.Array(List.of(new Reply.Bulk(value), new Reply.Int(7))));

    long arrived = 0;
    while (!writer.isReady()) {
      assertThat(channel.unsafe().outboundBuffer().totalPendingWriteBytes()).isLessThan(most);
      arrived += flushed(channel, writer);
    }
    arrived += flushed(channel, writer);
    assertThat(arrived).isEqualTo("*2\r\n$10485760\r\n\r\n:7\r\n".length() + value.length());
    assertThat(writer.piecesTaken()).isGreaterThan(160);
  }

  private static long flushed(EmbeddedChannel channel, ReplyWriter writer) {
    writer.flush();
    long bytes = 0;
    for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
      bytes += piece.readableBytes();
      piece.release();
    }
    return bytes;
  }
}
