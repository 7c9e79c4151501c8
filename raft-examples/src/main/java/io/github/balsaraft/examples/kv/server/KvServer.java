package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.api.Membership;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftMetrics;
import io.github.balsaraft.examples.kv.command.CommandTable;
import io.github.balsaraft.examples.kv.command.ServerView;
import io.github.balsaraft.examples.kv.command.Session;
import io.github.balsaraft.examples.kv.resp.MemoryBudget;
import io.github.balsaraft.examples.kv.resp.RespPipeline;
import io.github.balsaraft.examples.kv.state.KvStateMachine;
import io.github.balsaraft.model.HostId;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves Redis clients from a replicated {@link KvStateMachine}.
 *
 * <p>It listens as soon as it exists, so that a port in use is found out first; clients that connect then wait in the
 * system's queue until {@link #serve} says where their commands go.
 */
public final class KvServer implements ServerView, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KvServer.class);

  private static final byte[] TOO_MANY_CLIENTS =
      "-ERR max number of clients reached\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final int BACKLOG = 511;

  /** How often it is looked whether the cluster knows where this server is. */
  private static final Duration ANNOUNCE_EVERY = Duration.ofMillis(200);

  /** How often it is looked whether the time of a key has come. */
  private static final Duration EXPIRE_EVERY = Duration.ofMillis(50);

  /** A connection with more unsent bytes than the higher mark waits until they are below the lower. */
  private static final int SEND_BUFFER_BYTES = 256 << 10;

  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(256 << 10, 1 << 20);

  private final ServerSettings settings;
  private final CommandTable commands;
  private final MemoryBudget budget;
  private final AnswerBudget answerBudget;
  private final EventLoopGroup group;
  private final Channel listener;
  private final long startedNanos = System.nanoTime();

  private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();
  private final UnderWay connectionCount = new UnderWay();
  private final CutOffs cutOffs = new CutOffs();
  private final AtomicLong nextSessionId = new AtomicLong(1);

  /** Runs of all connections that have no outcome yet, or one that their connection doesn't know. */
  private final UnderWay runs = new UnderWay();

  private volatile boolean draining;
  private volatile @Nullable Service service;

  /** What {@link #serve} was given. */
  private record Service(
      KvBackend backend,
      KvStateMachine state,
      Execution execution,
      Handovers handovers,
      Failures failures) {}

  private KvServer(ServerSettings settings, InetSocketAddress address, EventLoopGroup group) {
    this.settings = settings;
    this.commands = new CommandTable(settings.limits().maxArgumentBytes());
    this.budget = new MemoryBudget(settings.maxPendingBytes());
    this.answerBudget = new AnswerBudget(settings.maxAnswerBytes());
    this.group = group;
    ChannelFuture bound = bootstrap().bind(address).awaitUninterruptibly();
    Throwable cause = bound.cause();
    if (cause != null) {
      var unused = group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new IllegalStateException(
          "can't listen for clients on " + settings.listen() + ": " + reasonOf(cause), cause);
    }
    this.listener = bound.channel();
  }

  /**
   * Starts to listen.
   *
   * @throws IllegalStateException if that isn't possible; the message says where and why
   */
  public static KvServer listen(ServerSettings settings) {
    InetSocketAddress address = settings.listen().resolve();
    if (address.isUnresolved()) {
      throw new IllegalStateException("can't listen for clients on " + settings.listen()
          + ": this machine knows no host of that name");
    }
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(
        settings.ioThreads(),
        new DefaultThreadFactory("kv-client", true),
        // Not epoll: Netty 4.2.18 may lose a connection there whose
        // client has closed its side, so that the next wait for room
        // fails (epoll_ctl: no such file) and with it the other replies.
        NioIoHandler.newFactory());
    return new KvServer(settings, address, group);
  }

  private ServerBootstrap bootstrap() {
    return new ServerBootstrap()
        .group(group)
        .channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.SO_REUSEADDR, true)
        .option(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.TCP_NODELAY, true)
        // What the system holds for a client that reads slowly: with more of it, that anything was
        // taken would be seen too late for it not to be cut off.
        .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES)
        .childOption(ChannelOption.SO_KEEPALIVE, true)
        // A client that pipes commands in and closes its side still gets its replies.
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
        .childHandler(new Initializer());
  }

  private static String reasonOf(Throwable cause) {
    String message = Objects.requireNonNullElseGet(cause.getMessage(), cause::toString);
    return message.toLowerCase(Locale.ROOT).contains("address already in use")
        ? "the port is in use"
        : message;
  }

  /** Lets clients in. */
  public void serve(KvBackend backend, KvStateMachine state) {
    Execution execution =
        new Execution(backend, state, answerBudget.maxReadBytes(), System::nanoTime);
    service = new Service(
        backend,
        state,
        execution,
        // One that fails takes the longest election timeout, of which patience is twice as much.
        new Handovers(
            backend, settings.redirect() ? settings.patience().toNanos() / 2 : 0, System::nanoTime),
        new Failures(
            backend, settings, this::clientAddress, () -> System.nanoTime() - startedNanos));
    Expirer expirer =
        new Expirer(backend, state, execution, System::currentTimeMillis, System::nanoTime);
    repeat(EXPIRE_EVERY, loop -> expirer.step(loop), "keys could not expire");
    listener.config().setAutoRead(true);
  }

  /** From now on tells the cluster where clients reach this server. */
  public void announce() {
    Announcer announcer = new Announcer(backend(), state(), settings);
    repeat(
        ANNOUNCE_EVERY, loop -> announcer.step(), "the address for clients could not be announced");
  }

  private void repeat(Duration every, Consumer<EventLoop> task, String complaint) {
    EventLoop loop = group.next();
    Runnable guarded = () -> {
      try {
        task.accept(loop);
      } catch (RuntimeException | Error e) {
        // Thrown on, it would be the last time.
        LOG.warn(complaint, e);
      }
    };
    var unused = loop.scheduleWithFixedDelay(
        guarded, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  private Service service() {
    return Objects.requireNonNull(service, "not serving yet");
  }

  KvBackend backend() {
    return service().backend();
  }

  KvStateMachine state() {
    return service().state();
  }

  Execution execution() {
    return service().execution();
  }

  Handovers handovers() {
    return service().handovers();
  }

  Failures failures() {
    return service().failures();
  }

  CommandTable commands() {
    return commands;
  }

  MemoryBudget budget() {
    return budget;
  }

  AnswerBudget answerBudget() {
    return answerBudget;
  }

  /** The most bytes of a transaction: as many as of one command. */
  int maxTransactionBytes() {
    return settings.limits().maxRequestBytes();
  }

  /** How long a client may not go on with what costs memory. */
  Duration stallTimeout() {
    return settings.stallTimeout();
  }

  boolean isDraining() {
    return draining;
  }

  void runStarted() {
    runs.begin();
  }

  void runEnded() {
    runs.end();
  }

  CutOffs cutOffs() {
    return cutOffs;
  }

  /** Waits until no client is connected and nothing is done for any; false if that takes longer. */
  boolean awaitNoClients(Duration patience) {
    return connectionCount.awaitNone(patience) && runs.awaitNone(patience);
  }

  void disconnected(ClientConnection connection) {
    if (connections.remove(connection)) {
      connectionCount.end();
    }
  }

  @Override
  public NodeStatus status() {
    return backend().status();
  }

  @Override
  public RaftMetrics metrics() {
    return backend().metrics();
  }

  @Override
  public Membership membership() {
    return backend().membership();
  }

  @Override
  public CompletableFuture<HostId> transferLeadership() {
    return backend().transferLeadership();
  }

  @Override
  public CompletableFuture<HostId> transferLeadership(HostId target) {
    return backend().transferLeadership(target);
  }

  @Override
  public int keys() {
    return state().keys();
  }

  @Override
  public int expiringKeys() {
    return state().expiringKeys();
  }

  @Override
  public Collection<Session> sessions() {
    return connections.stream().map(ClientConnection::session).toList();
  }

  @Override
  public Map<String, String> settings() {
    Map<String, String> shown = new TreeMap<>();
    shown.put("appendfsync", "always");
    shown.put("appendonly", "yes");
    shown.put("bind", settings.listen().host());
    shown.put("cluster-enabled", "no");
    shown.put("databases", "1");
    shown.put("maxclients", String.valueOf(settings.maxClients()));
    shown.put("maxmemory", "0");
    shown.put("maxmemory-policy", "noeviction");
    shown.put("port", String.valueOf(port()));
    shown.put("proto-max-bulk-len", String.valueOf(settings.limits().maxArgumentBytes()));
    shown.put("save", "");
    shown.put("timeout", "0");
    return shown;
  }

  @Override
  public Optional<String> clientAddress(String hostId) {
    // What a server says of itself is newer than the list that this one was started with.
    Service serving = service;
    return (serving == null ? Optional.<String>empty() : serving.state().clientAddress(hostId))
        .or(() -> Optional.ofNullable(settings.clientAddresses().get(hostId)));
  }

  @Override
  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  @Override
  public long nowNanos() {
    return System.nanoTime();
  }

  @Override
  public long startedNanos() {
    return startedNanos;
  }

  /**
   * Takes no more clients and no more commands, and waits for those under way.
   *
   * @param patience how long at most
   */
  public void drain(Duration patience) {
    refuseFromNowOn();
    boolean unused = runs.awaitNone(patience);
  }

  /** Takes no more clients and no more commands. */
  void refuseFromNowOn() {
    draining = true;
    listener.close().awaitUninterruptibly();
  }

  /** Closes all connections. Commands under way are not waited for: see {@link #drain}. */
  @Override
  public void close() {
    refuseFromNowOn();
    for (ClientConnection connection : connections) {
      // Behind the replies that its event loop has been given already.
      connection.channel().eventLoop().execute(connection::closeNow);
    }
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }

  @ChannelHandler.Sharable
  private final class Initializer extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      if (!connectionCount.tryBegin(settings.maxClients())) {
        channel.pipeline().addLast(new Rejection());
        return;
      }
      Session session = new Session(
          nextSessionId.getAndIncrement(),
          channel.remoteAddress(),
          channel.localAddress(),
          System.nanoTime());
      ClientConnection connection = new ClientConnection(KvServer.this, channel, session);
      connections.add(connection);
      BooleanSupplier inRequest = RespPipeline.addTo(channel.pipeline(), settings.limits(), budget);
      channel
          .pipeline()
          .addLast(connection)
          .addLast(new UnfinishedWatch(budget, settings.stallTimeout(), inRequest, connection));
    }
  }

  /** Tells a client that there are too many, and hangs up. */
  private static final class Rejection extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      ctx.writeAndFlush(Unpooled.wrappedBuffer(TOO_MANY_CLIENTS))
          .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      // It hung up first, most likely; nobody is being served here.
      var unused = ctx.close();
    }
  }
}
