package io.github.balsaraft.transport.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** The threads of a transport and its sockets' options: epoll where there is a native library for it, else NIO. */
final class EventLoops {

  /**
   * Epoll is no faster than NIO in what could be measured with 128 B x 64 (docs/benchmarks.md); it is there for the time in {@link
   * #UNACKNOWLEDGED_MILLIS}, which NIO can't set.
   */
  private static final boolean EPOLL = Epoll.isAvailable();

  /**
   * Whoever acknowledges nothing for so long is taken for cut off. Without it a peer that lost power would be found only by
   * retransmissions, which come minutes apart in the end, so that it would be missed for long after its return; and a client that did
   * would hold its place for a quarter of an hour.
   */
  private static final int UNACKNOWLEDGED_MILLIS = 10_000;

  private static final int KEEPALIVE_IDLE_SECONDS = 30;
  private static final int KEEPALIVE_INTERVAL_SECONDS = 10;
  private static final int KEEPALIVE_PROBES = 3;

  private final EventLoopGroup group;

  EventLoops(int threads, String name) {
    IoHandlerFactory io = EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io);
  }

  EventLoop next() {
    return group.next();
  }

  /** Whether the calling thread is one of these. */
  boolean isOneOfUs() {
    for (var loop : group) {
      if (loop.inEventLoop()) {
        return true;
      }
    }
    return false;
  }

  ServerBootstrap server() {
    ServerBootstrap server = new ServerBootstrap()
        .group(group)
        .channel(EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
        .option(ChannelOption.SO_REUSEADDR, true)
        .option(ChannelOption.SO_BACKLOG, 256)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true);
    if (EPOLL) {
      server
          .childOption(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLIS)
          .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS)
          .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS)
          .childOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
    }
    return server;
  }

  Bootstrap client(EventLoop loop, int connectTimeoutMillis) {
    Bootstrap client = new Bootstrap()
        .group(loop)
        .channel(EPOLL ? EpollSocketChannel.class : NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectTimeoutMillis);
    if (EPOLL) {
      client
          .option(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLIS)
          .option(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS)
          .option(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS)
          .option(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
    }
    return client;
  }

  /** Closes all channels and ends the threads; waits for it unless called by one of them. */
  void close() {
    var ended = group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    if (!isOneOfUs()) {
      ended.awaitUninterruptibly();
    }
  }

  /** The kind of sockets, for log lines. */
  static Class<? extends Channel> socketType() {
    return EPOLL ? EpollSocketChannel.class : NioSocketChannel.class;
  }
}
