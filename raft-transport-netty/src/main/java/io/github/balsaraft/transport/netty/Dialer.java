package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.HostId;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
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
    Attempt attempt = new Attempt(listener);
    try {
      resolve(
          loop, peer, address, attempt, found -> connect(loop, peer, choice, lane, found, attempt));
    } catch (Throwable e) {
      if (!attempt.brokeOff(e)) {
        throw e;
      }
    }
  }

  private void connect(
      EventLoop loop,
      HostId peer,
      AddressChoice choice,
      LaneKind lane,
      List<InetSocketAddress> found,
      Attempt attempt) {
    InetSocketAddress target = choice.choose(found);
    boolean isWhereItWas = choice.isWhereItWas();
    DialHandshake handshake =
        new DialHandshake(self, peer, lane, options.handshakeTimeoutMillis(), counters, attempt);
    connect(
        loop,
        () -> loops
            .client(loop, options.connectTimeoutMillis())
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .handler(handshake)
            .connect(target),
        cause -> attempt.failed(DialFailure.ofConnect(cause, isWhereItWas)));
  }

  /**
   * Begins to connect, on this event loop, and says there if that fails, once, whatever the reason is. A channel for which there is no file
   * descriptor has no event loop yet, and its future tells its listeners on a thread of Netty's own: if there is none to be had either,
   * never.
   */
  static void connect(EventLoop loop, Supplier<ChannelFuture> start, Consumer<Throwable> failed) {
    ChannelFuture connecting;
    try {
      connecting = start.get();
    } catch (Throwable e) {
      failed.accept(e);
      return;
    }
    if (connecting.isDone()) {
      if (connecting.cause() != null) {
        failed.accept(connecting.cause());
      }
      return;
    }
    connecting.addListener(done -> on(loop, () -> {
      if (done.cause() != null) {
        failed.accept(done.cause());
      }
    }));
  }

  /** Only looks whether somebody listens there, where the peer was, and hangs up without a word. Says nothing if so. */
  void probe(EventLoop loop, SocketAddress target, Consumer<DialFailure> failed) {
    connect(
        loop,
        () -> loops
            .client(loop, options.connectTimeoutMillis())
            .handler(new ChannelInboundHandlerAdapter() {
              @Override
              public void channelActive(ChannelHandlerContext ctx) {
                Quietly.close(ctx);
              }
            })
            .connect(target),
        cause -> failed.accept(DialFailure.ofConnect(cause, true)));
  }

  /** On this event loop: what has failed before it was given to one is told on a thread of Netty's own. */
  private static void on(EventLoop loop, Runnable task) {
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
      Attempt attempt,
      Consumer<List<InetSocketAddress>> next) {
    long patienceMillis = (long) LOOKUP_CONNECT_TIMEOUTS * options.connectTimeoutMillis();
    Future<?> timer = loop.schedule(
        () -> attempt.unreachable(
            "looking up " + address + " takes longer than " + patienceMillis + " ms"),
        patienceMillis,
        TimeUnit.MILLISECONDS);
    names.resolve(
        loop,
        List.of(peer, address),
        address,
        () -> options.resolver().resolveAll(peer, address),
        found -> {
          timer.cancel(false);
          if (!attempt.ended) {
            try {
              next.accept(found);
            } catch (Throwable e) {
              if (!attempt.brokeOff(e)) {
                throw e;
              }
            }
          }
        },
        detail -> {
          timer.cancel(false);
          attempt.unreachable(detail);
        });
  }

  /** Passes the first end on. Of one event loop. */
  static final class Attempt implements Listener {
    private final Listener listener;
    private boolean ended;

    Attempt(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void connected(Channel channel, Identity peer) {
      if (ended) {
        Quietly.close(channel);
      } else {
        ended = true;
        listener.connected(channel, peer);
      }
    }

    @Override
    public void failed(DialFailure failure) {
      if (!ended) {
        ended = true;
        listener.failed(failure);
      }
    }

    void unreachable(String detail) {
      failed(new DialFailure(DialFailure.Kind.UNREACHABLE, detail));
    }

    /** Ends it for what nobody expects, as when memory has run out: who waits for the end would wait for ever. False if it has ended before. */
    boolean brokeOff(Throwable thrown) {
      if (ended) {
        return false;
      }
      unreachable(thrown.toString());
      return true;
    }
  }

  /** Ends the resolver's threads; one that hangs in a resolver of the application's is left behind. */
  void close() {
    names.close();
  }
}
