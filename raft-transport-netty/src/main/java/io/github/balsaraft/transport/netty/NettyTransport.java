package io.github.balsaraft.transport.netty;

import io.github.balsaraft.RaftNode;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.transport.PeerConnection;
import io.github.balsaraft.transport.Transport;
import io.github.balsaraft.transport.TransportException;
import io.github.balsaraft.transport.TransportReceiver;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Transport} over TCP. To each peer it keeps two connections, one for small messages and one for bulk, so that a
 * heartbeat is never stuck behind megabytes of entries.
 *
 * <pre>{@code
 * Transport transport = NettyTransport.builder().bindAddress("10.0.0.1:7000").build();
 * }</pre>
 *
 * <p>A route is connected as soon as it is set, and for as long as it stands: a broken connection is made again at once, and
 * after growing pauses when that fails. A peer that connects to this host ends such a pause: it is there. One of the same cluster that
 * connects and has no route is answered where it says that it is, for as long as its connection stands; the connection that takes it
 * answers is closed when there were none for a while, and made again for the next. While a peer can't
 * be reached, messages to it are dropped and {@link TransportReceiver#onWritabilityChanged}
 * has said false; when its route is removed that is taken back, and the peer is forgotten. {@link TransportReceiver#onPeerGone} comes
 * within milliseconds of the death of a peer's process, since its machine then refuses connections, and after what it has sent was read; a
 * machine that dies says nothing, and there is no hint.
 *
 * <p>Nothing here is encrypted or authenticated: it is meant for a network where only the cluster's hosts are. Strangers
 * who connect all the same are turned away by the handshake and cost a bounded amount of memory.
 *
 * <p>Log lines about what others do are limited to one per subject and half a minute; {@link #stats} counts each case.
 */
public final class NettyTransport implements Transport {

  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);

  private final NettyOptions options;
  private final Counters counters = new Counters();
  private final PerSubjectLog log = new PerSubjectLog(LOG);
  private final ClientService clients;
  private volatile @Nullable Running running;
  private volatile boolean closed;

  NettyTransport(NettyOptions options, int maxClientConnections, long clientSilenceMillis) {
    this.options = options;
    this.clients = new ClientService(maxClientConnections, clientSilenceMillis);
  }

  /** Settings of a new transport. */
  public static NettyTransportBuilder builder() {
    return new NettyTransportBuilder();
  }

  @Override
  public synchronized void start(Supplier<HostRecord> self, TransportReceiver receiver) {
    if (running != null || closed) {
      throw new IllegalStateException("a transport is started once");
    }
    String name = "balsa-net-" + self.get().host();
    EventLoops loops = new EventLoops(options.eventLoopThreads(), name);
    // Part of every handshake; any value does as long as another start draws another.
    long run = ThreadLocalRandom.current().nextLong();
    Supplier<Identity> identity = () -> new Identity(self.get(), run, saidAddress());
    Deliveries deliveries = new Deliveries(receiver, counters);
    Dialer dialer = new Dialer(loops, options, identity, counters, name);
    InboundConnections inbound =
        new InboundConnections(options.maxInboundConnections(), options.maxPendingHandshakes());
    PeerLinks links = new PeerLinks(loops, dialer, options, deliveries, counters, log, inbound::of);
    Acceptor acceptor =
        new Acceptor(options, loops, identity, deliveries, counters, log, links, inbound, clients);
    try {
      Channel server = acceptor.listen();
      running = new Running(loops, links, deliveries, dialer, acceptor, reachedAt(server));
    } catch (TransportException e) {
      dialer.close();
      loops.close();
      throw e;
    }
    LOG.info(
        "listening on {}, reached at {}, {}",
        options.bind(),
        localAddress(),
        EventLoops.socketType());
  }

  /**
   * Lets clients outside the group, each a {@link RaftClient}, ask a node on this transport's port: propose in sessions and read.
   * Without this call, clients are turned away. Replaces an earlier node of the same group.
   *
   * @param node must be open; once it is closed its clients are told so, and turn to other members
   */
  public void serveClients(RaftNode node) {
    clients.serve(node.status().group(), node);
  }

  /** What others are told in handshakes; nothing if it is where they would find themselves. */
  private String saidAddress() {
    Running current = running;
    return current == null || (options.advertised() == null && options.bind().isEverywhere())
        ? ""
        : current.address;
  }

  private String reachedAt(Channel server) {
    int port = ((InetSocketAddress) server.localAddress()).getPort();
    HostPort advertised = options.advertised();
    if (advertised == null) {
      return options.bind().withPort(port).toString();
    }
    return (advertised.port() == 0 ? advertised.withPort(port) : advertised).toString();
  }

  @Override
  public void identityChanged() {
    Running current = running;
    if (current == null || closed) {
      return;
    }
    // In this order: what was said in the old handshakes is gone when the links look.
    current.acceptor.closeConnections();
    current.links.all().forEach(PeerLink::identityChanged);
  }

  @Override
  public String localAddress() {
    Running current = running;
    if (current == null) {
      throw new IllegalStateException("the address is known once the transport is started");
    }
    return current.address;
  }

  @Override
  public void setRoute(HostId peer, String address) {
    Running current = running;
    if (current == null) {
      throw new IllegalStateException("routes are set once the transport is started");
    }
    if (closed) {
      return;
    }
    current.links.setAddress(peer, address);
  }

  @Override
  public void removeRoute(HostId peer) {
    PeerLink link = linkTo(peer);
    if (link != null) {
      link.setAddress(null);
    }
  }

  @Override
  public void send(HostId to, List<GroupMessage> messages) {
    PeerLink link = linkTo(to);
    if (closed) {
      return;
    }
    if (link == null || !link.hasAddress()) {
      counters.droppedNoRoute.add(messages.size());
      return;
    }
    link.send(messages);
  }

  @Override
  public boolean trySend(HostId to, GroupMessage message) {
    PeerLink link = linkTo(to);
    return !closed && link != null && link.hasAddress() && link.trySend(message);
  }

  /** What a frame holds besides the content of its only message, with room to spare. */
  private static final int FRAME_OVERHEAD_BYTES = 16 << 10;

  @Override
  public long maxMessageBytes() {
    return (long) options.maxFrameBytes() - FRAME_OVERHEAD_BYTES;
  }

  @Override
  public PeerConnection connection(HostId peer) {
    PeerLink link = linkTo(peer);
    return link == null
        ? new PeerConnection(PeerConnection.State.UNKNOWN, OutboundLane.NO_ROUTE_DETAIL)
        : link.connection();
  }

  private @Nullable PeerLink linkTo(HostId peer) {
    Running current = running;
    return current == null ? null : current.links.get(peer);
  }

  /** How many peers are remembered. */
  int links() {
    Running current = running;
    return current == null ? 0 : current.links.all().size();
  }

  /** What was counted since the transport was made; never blocks. */
  public NettyTransportStats stats() {
    return counters.read();
  }

  /**
   * Stops delivering, closes all connections and ends all threads. When it returns, no receiver method runs any more,
   * unless it was called by one.
   */
  @Override
  public void close() {
    Running current;
    synchronized (this) {
      current = running;
      if (closed || current == null) {
        closed = true;
        return;
      }
      closed = true;
    }
    current.deliveries.close();
    // First the listening socket, so that peers that reconnect at once are refused instead of
    // accepted and dropped.
    current.acceptor.close();
    current.links.all().forEach(PeerLink::close);
    current.dialer.close();
    current.loops.close();
  }

  /** What there is between start and close. */
  private record Running(
      EventLoops loops,
      PeerLinks links,
      Deliveries deliveries,
      Dialer dialer,
      Acceptor acceptor,
      String address) {}
}
