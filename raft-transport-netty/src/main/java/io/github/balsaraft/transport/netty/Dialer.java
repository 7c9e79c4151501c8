package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.HostId;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Makes connections: resolves the address on a thread of its own, connects, and shakes hands. Thread-safe. */
final class Dialer {

  /** Some names take seconds to fail; others are not to wait behind them. */
  private static final int RESOLVER_THREADS = 4;

  /** Above the first, a lane keeps messages in its queue, where they are small and can be dropped; below it refills. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(256 << 10, 1 << 20);

  private final EventLoops loops;
  private final NettyOptions options;
  private final Supplier<Identity> self;
  private final Counters counters;
  private final ThreadPoolExecutor resolverThreads;

  Dialer(
      EventLoops loops,
      NettyOptions options,
      Supplier<Identity> self,
      Counters counters,
      String name) {
    this.loops = loops;
    this.options = options;
    this.self = self;
    this.counters = counters;
    resolverThreads = new ThreadPoolExecutor(
        RESOLVER_THREADS,
        RESOLVER_THREADS,
        5,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        new DefaultThreadFactory(name + "-resolver", true));
    resolverThreads.allowCoreThreadTimeOut(true);
  }

  /** Hears how an attempt ended: exactly one of the two, on the event loop. */
  interface Listener {
    void connected(Channel channel, Identity peer);

    void failed(DialFailure failure);
  }

  /** Connects to a peer and shakes hands. */
  void dial(EventLoop loop, HostId peer, String address, LaneKind lane, Listener listener) {
    resolve(loop, peer, address, listener, target -> {
      DialHandshake handshake =
          new DialHandshake(self, peer, lane, options.handshakeTimeoutMillis(), counters, listener);
      ChannelFuture connecting = loops
          .client(loop, options.connectTimeoutMillis())
          .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
          .handler(handshake)
          .connect(target);
      connecting.addListener(done -> {
        if (done.cause() != null) {
          listener.failed(DialFailure.ofConnect(done.cause()));
        }
      });
    });
  }

  /** Only looks whether somebody listens at the peer's address, and hangs up without a word. */
  void probe(EventLoop loop, HostId peer, String address, Listener listener) {
    resolve(
        loop,
        peer,
        address,
        listener,
        target -> loops
            .client(loop, options.connectTimeoutMillis())
            .handler(new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new ChannelInboundHandlerAdapter());
              }
            })
            .connect(target)
            .addListener((ChannelFuture done) -> {
              Quietly.close(done.channel());
              if (done.cause() != null) {
                listener.failed(DialFailure.ofConnect(done.cause()));
              }
            }));
  }

  private void resolve(
      EventLoop loop,
      HostId peer,
      String address,
      Listener listener,
      Consumer<InetSocketAddress> next) {
    try {
      resolverThreads.execute(() -> {
        Runnable result;
        try {
          InetSocketAddress target = options.resolver().resolve(peer, address);
          if (target.isUnresolved()) {
            throw new UnknownHostException(target.getHostString());
          }
          result = () -> next.accept(target);
        } catch (UnknownHostException e) {
          result = () -> listener.failed(unreachable("no such host: " + e.getMessage()));
        } catch (RuntimeException e) {
          result = () -> listener.failed(unreachable("resolving " + address + " failed: " + e));
        }
        executeUnlessClosed(loop, result);
      });
    } catch (RejectedExecutionException e) {
      // Closed meanwhile: there is nobody left to hear of it.
    }
  }

  private static void executeUnlessClosed(EventLoop loop, Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // As above.
    }
  }

  private static DialFailure unreachable(String detail) {
    return new DialFailure(DialFailure.Kind.UNREACHABLE, detail);
  }

  /** Ends the resolver's threads; one that hangs in a resolver of the application's is left behind. */
  void close() {
    resolverThreads.shutdownNow();
  }
}
