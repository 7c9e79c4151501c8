package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.HostId;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The links to peers. Strangers choose names, too, so one is forgotten as soon as nobody says any more where its peer is: there are no
 * more of them than routes, and connections that others hold. Thread-safe.
 */
final class PeerLinks {

  private final EventLoops loops;
  private final Dialer dialer;
  private final NettyOptions options;
  private final Deliveries deliveries;
  private final Counters counters;
  private final PerSubjectLog log;
  private final Function<HostId, PeerLink.Inbound> inbound;

  /** Invariant: who makes a link needed, and who forgets it, does so in one step, so that no link is forgotten that is needed. */
  private final Map<HostId, PeerLink> links = new ConcurrentHashMap<>();

  /**
   * Nobody yet.
   *
   * @param inbound the connections that a peer has dialled
   */
  PeerLinks(
      EventLoops loops,
      Dialer dialer,
      NettyOptions options,
      Deliveries deliveries,
      Counters counters,
      PerSubjectLog log,
      Function<HostId, PeerLink.Inbound> inbound) {
    this.loops = loops;
    this.dialer = dialer;
    this.options = options;
    this.deliveries = deliveries;
    this.counters = counters;
    this.log = log;
    this.inbound = inbound;
  }

  @Nullable
  PeerLink get(HostId peer) {
    return links.get(peer);
  }

  Collection<PeerLink> all() {
    return links.values();
  }

  /** See {@link PeerLink#setAddress}. */
  void setAddress(HostId peer, String address) {
    links.compute(peer, (id, known) -> {
      PeerLink link = known == null ? newLink(id) : known;
      link.setAddress(address);
      return link;
    });
  }

  /** See {@link PeerLink#saysWhereItIs}. */
  void saysWhereItIs(HostId peer) {
    links.compute(peer, (id, known) -> {
      PeerLink link = known == null ? newLink(id) : known;
      link.saysWhereItIs();
      return link;
    });
  }

  private PeerLink newLink(HostId peer) {
    return new PeerLink(
        peer,
        loops.next(),
        dialer,
        options,
        deliveries,
        counters,
        log,
        inbound.apply(peer),
        this::forgetUnlessNeeded);
  }

  private void forgetUnlessNeeded(PeerLink link) {
    links.computeIfPresent(
        link.peer(), (id, known) -> known == link && !link.hasAddress() ? null : known);
  }
}
