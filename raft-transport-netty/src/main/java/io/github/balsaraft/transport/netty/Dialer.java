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
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Makes connections: resolves the address, connects, and shakes hands. Thread-safe. */
final class Dialer {

  /** Above the first, a lane keeps messages in its queue, where they are small and can be dropped; below it refills. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(256 << 10, 1 << 20);

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
    names.resolve(
        loop,
        address,
        () -> options.resolver().resolve(peer, address),
        next,
        detail -> listener.failed(new DialFailure(DialFailure.Kind.UNREACHABLE, detail)));
  }

  /** Ends the resolver's threads; one that hangs in a resolver of the application's is left behind. */
  void close() {
    names.close();
  }
}
