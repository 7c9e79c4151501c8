package io.github.balsaraft.transport;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.transport.PeerConnection.State;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Transport} between hosts of one process, without sockets: for first programs and for tests with several hosts.
 *
 * <p>Its address is the host's name unless another was given to {@link LocalNetwork#transport(String)}, and a peer without
 * a route is looked for under its own name. So hosts that share a network find each other without any address:
 *
 * <pre>{@code
 * RaftNode.builder().id("n1").bootstrap("n1", "n2", "n3").transport(LocalTransport.shared())
 * }</pre>
 *
 * <p>Messages are handed over as they are, never encoded. They arrive asynchronously, never on the sender's stack; what is
 * queued from one host for another is bounded and the rest dropped. A route is connected whenever a host is at its address,
 * and the rules of the handshake are checked then and at every send.
 * When a host closes, the others that talked to it hear {@link TransportReceiver#onPeerGone}.
 */
public final class LocalTransport implements Transport {

  private static final Logger LOG = LoggerFactory.getLogger(LocalTransport.class);

  private static final LocalNetwork SHARED = new LocalNetwork();

  private final LocalNetwork network;
  private final @Nullable String givenAddress;
  private final Map<HostId, String> routes = new ConcurrentHashMap<>();
  private final Map<HostId, PeerConnection> connections = new ConcurrentHashMap<>();
  private final Map<HostId, LocalInbox> inboxes = new ConcurrentHashMap<>();

  /**
   * Held while looking who is at an address and noting it down. Who comes or goes says so after the network knows: so the
   * last look is always right. Inboxes' locks are taken within it, no others.
   */
  private final Object lookLock = new Object();

  private volatile @Nullable Started started;
  private volatile boolean closed;

  LocalTransport(LocalNetwork network, @Nullable String givenAddress) {
    this.network = network;
    this.givenAddress = givenAddress;
  }

  /** A new host's transport in the one network that all callers of this method in this process share. */
  public static LocalTransport shared() {
    return SHARED.transport();
  }

  @Override
  public synchronized void start(Supplier<HostRecord> self, TransportReceiver receiver) {
    if (started != null || closed) {
      throw new IllegalStateException("a transport is started once");
    }
    HostId host = self.get().host();
    String address = givenAddress == null ? host.name() : givenAddress;
    Started me = new Started(address, host, self, receiver);
    started = me;
    try {
      network.register(address, this);
    } catch (TransportException e) {
      started = null;
      throw e;
    }
    reconnectOthers(me);
  }

  /** Checks anew who may talk to whom; otherwise the identity is asked for at every send. */
  @Override
  public void identityChanged() {
    Started me = started;
    if (me != null && !closed) {
      connections.keySet().forEach(peer -> connect(me, peer));
      reconnectOthers(me);
    }
  }

  private void reconnectOthers(Started me) {
    for (LocalTransport other : network.hosts()) {
      if (other != this) {
        other.reconnect(me.address);
      }
    }
  }

  /** Who is at this address has changed. */
  private void reconnect(String address) {
    Started me = started;
    if (me == null || closed) {
      return;
    }
    for (HostId peer : connections.keySet()) {
      if (route(peer).equals(address)) {
        connect(me, peer);
      }
    }
  }

  @Override
  public String localAddress() {
    Started me = started;
    if (me == null) {
      throw new IllegalStateException("the address is known once the transport is started");
    }
    return me.address;
  }

  @Override
  public void setRoute(HostId peer, String address) {
    Started me = started;
    if (me == null || closed) {
      return;
    }
    if (!address.equals(routes.put(peer, address))) {
      connect(me, peer);
    }
  }

  /** Leaves the peer where hosts without a route are looked for. */
  @Override
  public void removeRoute(HostId peer) {
    synchronized (lookLock) {
      if (routes.remove(peer) != null) {
        connections.remove(peer);
        reaches(peer, null);
      }
    }
  }

  private void reaches(HostId peer, @Nullable LocalInbox there) {
    LocalInbox inbox = inboxes.get(peer);
    if (inbox != null) {
      inbox.reaches(there);
    }
  }

  @Override
  public void send(HostId to, List<GroupMessage> messages) {
    boolean unused = offer(to, messages);
  }

  @Override
  public boolean trySend(HostId to, GroupMessage message) {
    return offer(to, List.of(message));
  }

  /** Returns whether all of them were taken. */
  private boolean offer(HostId to, List<GroupMessage> messages) {
    Started me = started;
    if (me == null || closed) {
      return false;
    }
    LocalInbox there = connect(me, to);
    return there != null && there.offer(me.self.get(), messages, inbox(me, to));
  }

  /** Returns where the peer gets what we have to say, or null if it isn't there or one side refuses. */
  private @Nullable LocalInbox connect(Started me, HostId peer) {
    LocalInbox inbox = inbox(me, peer);
    synchronized (lookLock) {
      LocalInbox there = null;
      LocalTransport target = network.at(route(peer));
      Started peerThere = target == null ? null : target.started;
      if (target == null || peerThere == null) {
        connections.put(
            peer,
            new PeerConnection(State.UNREACHABLE, "no host of this process is at " + route(peer)));
      } else if (isAllowed(me.self.get(), peerThere.self.get(), peer)) {
        connections.put(peer, new PeerConnection(State.CONNECTED, "in this process"));
        there = target.inbox(peerThere, me.host);
      }
      inbox.reaches(there);
      return there;
    }
  }

  private boolean isAllowed(HostRecord self, HostRecord there, HostId peer) {
    String refusal = refusal(self, there, peer);
    if (refusal == null) {
      return true;
    }
    PeerConnection refused = new PeerConnection(State.REFUSED, refusal);
    if (!refused.equals(connections.put(peer, refused))) {
      LOG.warn("{} doesn't talk to {} at {}: {}", self.host(), peer, route(peer), refusal);
    }
    return false;
  }

  @Override
  public PeerConnection connection(HostId peer) {
    return connections.getOrDefault(
        peer, new PeerConnection(State.UNKNOWN, "nobody has said where it is"));
  }

  @Override
  public void close() {
    Started me;
    synchronized (this) {
      me = started;
      if (closed || me == null) {
        closed = true;
        return;
      }
      closed = true;
    }
    network.unregister(me.address, this);
    for (LocalInbox inbox : inboxes.values()) {
      inbox.close();
    }
    for (LocalTransport other : network.hosts()) {
      other.peerClosed(me.host, me.address);
    }
  }

  private void peerClosed(HostId peer, String address) {
    LocalInbox inbox = inboxes.get(peer);
    if (inbox == null || !route(peer).equals(address)) {
      return;
    }
    synchronized (lookLock) {
      inbox.reaches(null);
      PeerConnection before =
          connections.put(peer, new PeerConnection(State.UNREACHABLE, "it has closed"));
      if (before == null || before.state() == State.CONNECTED) {
        // Null: we never sent anything, yet heard from it, which a connection is needed for.
        inbox.peerGone();
      }
    }
  }

  private String route(HostId peer) {
    return routes.getOrDefault(peer, peer.name());
  }

  private LocalInbox inbox(Started me, HostId peer) {
    LocalInbox inbox = inboxes.computeIfAbsent(peer, any -> network.newInbox(peer, me.receiver));
    if (closed) {
      // It may have been made after close() had passed.
      inbox.close();
    }
    return inbox;
  }

  private static @Nullable String refusal(HostRecord self, HostRecord peer, HostId wanted) {
    if (!peer.host().equals(wanted)) {
      return "the host there is " + peer.host();
    }
    ClusterIdentity ours = self.cluster();
    ClusterIdentity theirs = peer.cluster();
    // A host without a cluster is let in: it has to be born somewhere.
    if (ours != null && theirs != null && !ours.equals(theirs)) {
      return "it belongs to cluster " + theirs + ", this host to " + ours;
    }
    return null;
  }

  private record Started(
      String address, HostId host, Supplier<HostRecord> self, TransportReceiver receiver) {}
}
