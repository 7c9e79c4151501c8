package io.github.balsaraft.examples.kv.client;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.RedisArrayAggregator;
import io.netty.handler.codec.redis.RedisBulkStringAggregator;
import io.netty.handler.codec.redis.RedisDecoder;
import io.netty.handler.codec.redis.RedisEncoder;
import io.netty.handler.codec.redis.RedisMessage;
import io.netty.handler.codec.redis.SimpleStringRedisMessage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A connection to a server. Commands may be sent before earlier ones are answered; answers come in the order of the commands.
 * When the connection ends, whatever is not answered fails with an {@link IOException}.
 *
 * <p>Thread-safe. Futures complete on the connection's event loop.
 */
public final class RespConnection implements AutoCloseable {

  /** More keys than somebody wants to see at once. */
  private static final int MAX_ELEMENTS = 1 << 20;

  private static final int MAX_DEPTH = 8;

  private final Channel channel;
  private final Deque<CompletableFuture<Reply>> awaited;

  private RespConnection(Channel channel, Deque<CompletableFuture<Reply>> awaited) {
    this.channel = channel;
    this.awaited = awaited;
  }

  /** Makes a connection's pipeline on a channel that is being opened. */
  static RespConnection on(Channel channel) {
    Deque<CompletableFuture<Reply>> awaited = new ArrayDeque<>();
    channel
        .pipeline()
        .addLast(
            new RedisDecoder(),
            new RedisBulkStringAggregator(),
            new RedisArrayAggregator(MAX_ELEMENTS, MAX_DEPTH),
            new RedisEncoder(),
            new Answers(awaited));
    return new RespConnection(channel, awaited);
  }

  /** Sends a command whose words are text. */
  public CompletableFuture<Reply> call(List<String> words) {
    return callBytes(words.stream().map(Bytes::of).toList());
  }

  /** Sends a command. */
  public CompletableFuture<Reply> callBytes(List<Bytes> words) {
    CompletableFuture<Reply> answer = new CompletableFuture<>();
    channel.eventLoop().execute(() -> {
      if (!channel.isActive()) {
        answer.completeExceptionally(new IOException("the connection is closed"));
        return;
      }
      awaited.addLast(answer);
      List<RedisMessage> parts = new ArrayList<>();
      for (Bytes word : words) {
        parts.add(new FullBulkStringRedisMessage(Unpooled.wrappedBuffer(word.array())));
      }
      var unused = channel.writeAndFlush(new ArrayRedisMessage(parts));
    });
    return answer;
  }

  /** How the system treats it. */
  ChannelConfig config() {
    return channel.config();
  }

  @Override
  public void close() {
    var unused = channel.close();
  }

  /** Gives each reply to the command that is next. Runs on the event loop alone. */
  private static final class Answers extends SimpleChannelInboundHandler<RedisMessage> {

    private final Deque<CompletableFuture<Reply>> awaited;

    Answers(Deque<CompletableFuture<Reply>> awaited) {
      this.awaited = awaited;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, RedisMessage message) {
      CompletableFuture<Reply> next = awaited.pollFirst();
      if (next == null) {
        var unused = context.close();
      } else {
        next.complete(reply(message));
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      failAll(new IOException("the server has closed the connection"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      failAll(cause);
      var unused = context.close();
    }

    private void failAll(Throwable cause) {
      while (!awaited.isEmpty()) {
        awaited.removeFirst().completeExceptionally(cause);
      }
    }

    private static Reply reply(RedisMessage message) {
      if (message instanceof SimpleStringRedisMessage status) {
        return new Reply.Status(status.content());
      } else if (message instanceof ErrorRedisMessage error) {
        return new Reply.Failure(error.content());
      } else if (message instanceof IntegerRedisMessage number) {
        return new Reply.Int(number.value());
      } else if (message instanceof FullBulkStringRedisMessage bulk) {
        return bulk.isNull()
            ? Reply.NIL
            : new Reply.Bulk(Bytes.wrap(ByteBufUtil.getBytes(bulk.content())));
      } else if (message instanceof ArrayRedisMessage array) {
        return array.isNull()
            ? Reply.NO_ARRAY
            : new Reply.Array(array.children().stream().map(Answers::reply).toList());
      }
      throw new IllegalArgumentException("no reply of this protocol: " + message);
    }
  }
}
