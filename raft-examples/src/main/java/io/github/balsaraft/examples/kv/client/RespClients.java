package io.github.balsaraft.examples.kv.client;

import io.github.balsaraft.examples.kv.server.HostPort;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Makes connections, all served by one thread. Closing it closes them. */
public final class RespClients implements AutoCloseable {

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

  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
