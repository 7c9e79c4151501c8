package io.github.balsaraft.examples.kv.client;

import io.github.balsaraft.examples.kv.server.HostPort;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;

/** Makes connections, all served by one thread. Closing it closes them. */
public final class RespClients implements AutoCloseable {

  /** A server from which nothing comes for so long is asked for a sign of life, by the system. */
  static final int IDLE_SECONDS = 15;

  /** And again so long after that. */
  static final int PROBE_SECONDS = 5;

  /** With so many of them unanswered the connection is lost. */
  static final int PROBES = 3;

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
      1, new DefaultThreadFactory("kv-admin", true), NioIoHandler.newFactory());

  /** Connects. The future fails with an exception of the network if that isn't possible, or takes longer than that. */
  public CompletableFuture<RespConnection> connect(HostPort address, Duration patience) {
    CompletableFuture<RespConnection> connected = new CompletableFuture<>();
    RespConnection[] made = new RespConnection[1];
    new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
            Math.max(1, Math.min(patience.toMillis(), 60_000)))
        .handler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            noticeLostPeer(channel.config());
            made[0] = RespConnection.on(channel);
          }
        })
        .connect(address.resolve())
        .addListener(done -> {
          if (done.isSuccess()) {
            connected.complete(made[0]);
          } else {
            connected.completeExceptionally(done.cause());
          }
        });
    return connected;
  }

  /**
   * Replies are awaited for as long as it takes; but not from a machine that is gone after it has taken the request, which nothing else
   * would tell of. As long as it hasn't, the system sends the request again, and gives up by its own limits.
   */
  private static void noticeLostPeer(ChannelConfig config) {
    set(config, ChannelOption.SO_KEEPALIVE, true);
    // Left to the system where it has no such options.
    set(config, NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), IDLE_SECONDS);
    set(config, NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), PROBE_SECONDS);
    set(config, NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), PROBES);
  }

  private static <T> void set(ChannelConfig config, ChannelOption<T> option, T value) {
    boolean unused = config.setOption(option, value);
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
