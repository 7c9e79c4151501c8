package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.HostId;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Makes connections: resolves the address, connects, and shakes hands. Thread-safe. */
final class Dialer {

  /**
   * Above the second, a lane keeps messages in its queue, where they are small and can be dropped; below the first it refills. Worth
   * nothing that could be measured with 16 KiB x 64 (docs/benchmarks.md) against Netty's own 32 and 64 KiB, which a single full
   * frame exceeds, so that each would be flushed by itself.
   */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(256 << 10, 1 << 20);

  /** Looking up a name takes no more than so many times what connecting may take: one that hangs is asked for again. */
  private static final int LOOKUP_CONNECT_TIMEOUTS = 6;

  private final EventLoops loops;
  private final NettyOptions options;
  private final Supplier<Identity> self;
  private final Counters counters;
  private final NameLookups names;

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
    names = new NameLookups(name + "-resolver");
  }

  /** Hears how an attempt ended: exactly one of the two, on the event loop. */
  interface Listener {
    void connected(Channel channel, Identity peer);

    void failed(DialFailure failure);
  }

  /** Connects to a peer and shakes hands. */
  void dial(
      EventLoop loop,
      HostId peer,
      String address,
      AddressChoice choice,
      LaneKind lane,
      Listener listener) {
    resolve(loop, peer, address, listener, found -> {
      InetSocketAddress target = choice.choose(found);
      boolean isWhereItWas = choice.isWhereItWas();
      DialHandshake handshake =
          new DialHandshake(self, peer, lane, options.handshakeTimeoutMillis(), counters, listener);
      ChannelFuture connecting = loops
          .client(loop, options.connectTimeoutMillis())
          .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
          .handler(handshake)
          .connect(target);
      connecting.addListener(done -> on(loop, () -> {
        if (done.cause() != null) {
          listener.failed(DialFailure.ofConnect(done.cause(), isWhereItWas));
        }
      }));
    });
  }

  /** Only looks whether somebody listens at the peer's address, and hangs up without a word. */
  void probe(EventLoop loop, HostId peer, String address, AddressChoice choice, Listener listener) {
    resolve(loop, peer, address, listener, found -> {
      InetSocketAddress target = choice.choose(found);
      boolean isWhereItWas = choice.isWhereItWas();
      loops
          .client(loop, options.connectTimeoutMillis())
          .handler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
              channel.pipeline().addLast(new ChannelInboundHandlerAdapter());
            }
          })
          .connect(target)
          .addListener((ChannelFuture done) -> on(loop, () -> {
            Quietly.close(done.channel());
            if (done.cause() != null) {
              listener.failed(DialFailure.ofConnect(done.cause(), isWhereItWas));
            }
          }));
    });
  }

  /** On this event loop: an attempt that has failed for want of a file descriptor is told on a thread of Netty's own. */
  static void on(EventLoop loop, Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  private void resolve(
      EventLoop loop,
      HostId peer,
      String address,
      Listener listener,
      Consumer<List<InetSocketAddress>> next) {
    Consumer<String> failed =
        detail -> listener.failed(new DialFailure(DialFailure.Kind.UNREACHABLE, detail));
    Once<List<InetSocketAddress>> lookup = new Once<>(next, failed);
    long patienceMillis = (long) LOOKUP_CONNECT_TIMEOUTS * options.connectTimeoutMillis();
    Future<?> timer = loop.schedule(
        () ->
            lookup.failed("looking up " + address + " takes longer than " + patienceMillis + " ms"),
        patienceMillis,
        TimeUnit.MILLISECONDS);
    names.resolve(
        loop,
        address,
        () -> options.resolver().resolveAll(peer, address),
        found -> {
          timer.cancel(false);
          lookup.found(found);
        },
        detail -> {
          timer.cancel(false);
          lookup.failed(detail);
        });
  }

  /** Passes the first of two ends on. Of one event loop. */
  private static final class Once<T> {
    private final Consumer<T> found;
    private final Consumer<String> failed;
    private boolean ended;

    Once(Consumer<T> found, Consumer<String> failed) {
      this.found = found;
      this.failed = failed;
    }

    void found(T result) {
      if (!ended) {
        ended = true;
        found.accept(result);
      }
    }

    void failed(String detail) {
      if (!ended) {
        ended = true;
        failed.accept(detail);
      }
    }
  }

  /** Ends the resolver's threads; one that hangs in a resolver of the application's is left behind. */
  void close() {
    names.close();
  }
}
