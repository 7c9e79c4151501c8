package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.transport.TransportException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Listens, and takes care of the connections that others dial until their frames are read. Thread-safe. */
final class Acceptor {

  private final NettyOptions options;
  private final EventLoops loops;
  private final Supplier<Identity> self;
  private final Deliveries deliveries;
  private final Counters counters;
  private final PerSubjectLog log;
  private final PeerLinks links;
  private final InboundConnections connections;
  private final ClientService clients;
  private @Nullable Channel server;

  Acceptor(
      NettyOptions options,
      EventLoops loops,
      Supplier<Identity> self,
      Deliveries deliveries,
      Counters counters,
      PerSubjectLog log,
      PeerLinks links,
      InboundConnections connections,
      ClientService clients) {
    this.options = options;
    this.loops = loops;
    this.self = self;
    this.deliveries = deliveries;
    this.counters = counters;
    this.log = log;
    this.links = links;
    this.connections = connections;
    this.clients = clients;
  }

  /**
   * Starts listening.
   *
   * @throws TransportException if that fails
   */
  Channel listen() {
    InetSocketAddress address;
    try {
      address = options.bind().resolve();
    } catch (UnknownHostException e) {
      throw new TransportException(
          "can't listen on " + options.bind() + ": this machine knows no host of that name", e);
    }
    ChannelFuture binding = loops
        .server()
        .childHandler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            accept(channel);
          }
        })
        .bind(address)
        .awaitUninterruptibly();
    Throwable failure = binding.cause();
    if (failure != null) {
      throw new TransportException(
          "can't listen on " + options.bind() + ": " + reasonOf(failure), failure);
    }
    server = binding.channel();
    return binding.channel();
  }

  private static String reasonOf(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    // By its text: native transports have exceptions of their own for it.
    return message.toLowerCase(Locale.ROOT).contains("address already in use")
        ? "the port is in use; stop what listens there, or choose another"
        : message;
  }

  private void accept(Channel channel) {
    Channel tooMany = connections.accepted(channel);
    if (tooMany != null) {
      counters.inboundRejected.increment();
      log.warn(
          "inbound", "closing a connection from {}: there are too many", tooMany.remoteAddress());
      Quietly.close(tooMany);
      if (tooMany == channel) {
        return;
      }
    }
    channel.closeFuture().addListener(closed -> connections.closed(channel));
    channel
        .pipeline()
        .addLast(new AcceptHandshake(
            self, options.handshakeTimeoutMillis(), counters, log, new Reception()));
  }

  /** Peers on one side, clients on the other. */
  private final class Reception implements AcceptHandshake.Welcome {

    @Override
    public ChannelHandler handlerFor(ChannelHandlerContext ctx, Hello hello) {
      return welcome(ctx, hello);
    }

    @Override
    public @Nullable Refusal judge(Hello hello) {
      PeerLink link = links.get(hello.self().host().host());
      InboundConnections.Established member = connections.memberInPlaceOf(
          hello.self(), self.get(), run -> link != null && link.isConnectedTo(run));
      return member == null
          ? null
          : HandshakeRules.nameTaken(
              hello.self().host().host(),
              "; the other, at " + member.channel().remoteAddress() + ", is a member");
    }

    @Override
    public ChannelHandler handlerForClient(ChannelHandlerContext ctx) {
      HandshakeTimeout timeout = HandshakeTimeout.start(
          ctx, options.handshakeTimeoutMillis(), counters, log, ctx.channel()::isActive);
      return new ClientServing(
          clients, () -> self.get().host(), options.maxFrameBytes(), counters, log, () -> {
            timeout.cancel();
            connections.closed(ctx.channel());
          });
    }
  }

  private ChannelHandler welcome(ChannelHandlerContext ctx, Hello hello) {
    Channel channel = ctx.channel();
    HostId peer = hello.self().host().host();
    // It may be a member that this host has never heard of: every valid request gets an answer.
    String saidAddress = hello.self().isFellowOf(self.get()) ? hello.self().address() : "";
    InboundConnections.Established replaced =
        connections.established(channel, hello.self(), hello.lane(), saidAddress);
    if (replaced != null) {
      warnIfTwo(replaced, channel, hello.self());
      Quietly.close(replaced.channel());
    }
    if (hello.lane() == LaneKind.CONTROL && !saidAddress.isEmpty()) {
      links.saysWhereItIs(peer);
    }
    PeerLink link = links.get(peer);
    if (link != null) {
      link.inboundEstablished(hello.lane(), hello.self().run());
    }
    // Last: it may be closed already, and then that takes back what was done for it.
    channel.closeFuture().addListener(closed -> {
      PeerLink present = links.get(peer);
      // One that was replaced, or that we closed ourselves, says nothing about the peer.
      if (connections.closed(channel, peer, hello.lane())
          && present != null
          && hello.lane() == LaneKind.CONTROL) {
        present.inboundLost();
      }
    });
    return new FrameDecoder(
        hello.self().host(), options.maxFrameBytes(), deliveries, counters, log);
  }

  /** A process that is started again elsewhere, or with an empty disk, normally finds the connections of the one before it closed. */
  private void warnIfTwo(
      InboundConnections.Established replaced, Channel channel, Identity newcomer) {
    Identity before = replaced.peer();
    boolean isElsewhere = !hostOf(replaced.channel()).equals(hostOf(channel));
    boolean isOtherDisk = before.host().incarnation() != newcomer.host().incarnation();
    if (replaced.channel().isActive()
        && before.run() != newcomer.run()
        && (isElsewhere || isOtherDisk)) {
      HostId peer = newcomer.host().host();
      log.warn(
          "twice " + peer,
          "two processes seem to use the host id {}: {}, {}",
          peer,
          replaced.channel().remoteAddress(),
          channel.remoteAddress());
    }
  }

  private static String hostOf(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress address
        ? address.getHostString()
        : String.valueOf(channel.remoteAddress());
  }

  /** Closes what others dialled; they may dial again. */
  void closeConnections() {
    connections.takeAll().forEach(Quietly::close);
  }

  /** Stops listening, and closes what others dialled. */
  void close() {
    Channel listening = server;
    if (listening != null) {
      ChannelFuture closing = listening.close();
      // Not from a receiver: it holds its peer's turn, for which this socket's loop may be waiting.
      if (!loops.isOneOfUs()) {
        closing.awaitUninterruptibly();
      }
    }
    clients.closeConnections();
    closeConnections();
  }
}
