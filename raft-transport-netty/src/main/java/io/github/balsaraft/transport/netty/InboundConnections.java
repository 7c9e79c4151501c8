package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.HostId;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The connections that others dialled: how many there may be, and which of them is a peer's current one. Strangers can't
 * take more than a bounded amount of memory, nor keep peers out by connecting and saying nothing.
 *
 * <p>Thread-safe.
 */
final class InboundConnections {

  /** Leaders send heartbeats many times as often, and are answered each time; two followers have nothing to say to each other. */
  private static final long TALKING_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final int maxAll;
  private final int maxPending;
  // Before the handshake, in the order of their arrival.
  private final Set<Channel> pending = new LinkedHashSet<>();
  private final Map<Slot, Established> established = new HashMap<>();

  private record Slot(HostId peer, LaneKind lane) {}

  /**
   * A peer's connection.
   *
   * @param peer what the peer has said of itself
   * @param saidAddress where it says that it is answered; empty if it isn't
   */
  record Established(Channel channel, Identity peer, String saidAddress) {

    /** Whether the peer has sent something just now, so that its process lives and is reached. */
    private boolean isTalking() {
      FrameDecoder frames = channel.pipeline().get(FrameDecoder.class);
      return channel.isActive() && frames != null && frames.silentNanos() < TALKING_NANOS;
    }
  }

  InboundConnections(int maxAll, int maxPending) {
    this.maxAll = maxAll;
    this.maxPending = maxPending;
  }

  /** A connection was accepted. Returns one that has to be closed to make up for it, perhaps itself, or null. */
  synchronized @Nullable Channel accepted(Channel channel) {
    if (pending.size() + established.size() >= maxAll) {
      return channel;
    }
    Channel tooOld = null;
    if (pending.size() >= maxPending) {
      tooOld = pending.iterator().next();
      pending.remove(tooOld);
    }
    pending.add(channel);
    return tooOld;
  }

  /**
   * A handshake is through. Returns the connection that it replaces, to be closed: a peer dials again only after it gave up
   * the earlier one, whatever our side of that one still believes.
   *
   * @param peer what the peer has said of itself
   * @param saidAddress where the peer says that it is answered; empty if it isn't
   */
  synchronized @Nullable Established established(
      Channel channel, Identity peer, LaneKind lane, String saidAddress) {
    pending.remove(channel);
    return established.put(
        new Slot(peer.host().host(), lane), new Established(channel, peer, saidAddress));
  }

  /** The connections of one peer, whichever they are by then. */
  PeerLink.Inbound of(HostId peer) {
    return new PeerLink.Inbound() {
      @Override
      public @Nullable String saidAddress() {
        return InboundConnections.this.saidAddress(peer);
      }

      @Override
      public void onceReadToEnd(Runnable then) {
        ReadToEnd.await(present(peer).stream().map(Established::channel).toList(), then);
      }
    };
  }

  /**
   * A connection of another process of this host id that belongs to this host's cluster and is in use, or null. A process without a
   * cluster must not take its place: it is empty, and has the wrong name. Only while something comes on it, or this host is connected to
   * that process: a member whose machine has lost power and whose disk was replaced comes back like that, before anybody knows that its old
   * connections are dead.
   *
   * @param isConnectedTo whether this host has dialled that run of the peer's process and is connected to it, as far as it knows
   */
  @Nullable
  Established memberInPlaceOf(Identity newcomer, Identity self, LongPredicate isConnectedTo) {
    if (newcomer.host().cluster() != null) {
      return null;
    }
    for (Established one : present(newcomer.host().host())) {
      long run = one.peer.run();
      if (run != newcomer.run()
          && one.peer.isFellowOf(self)
          && (one.isTalking() || isConnectedTo.test(run))) {
        return one;
      }
    }
    return null;
  }

  private synchronized List<Established> present(HostId peer) {
    List<Established> present = new ArrayList<>(2);
    for (LaneKind lane : LaneKind.values()) {
      Established one = established.get(new Slot(peer, lane));
      if (one != null) {
        present.add(one);
      }
    }
    return present;
  }

  /** Where a peer wants to be answered, as its present connection for small messages has said; null if that has said nothing. */
  synchronized @Nullable String saidAddress(HostId peer) {
    Established present = established.get(new Slot(peer, LaneKind.CONTROL));
    return present == null || present.saidAddress.isEmpty() ? null : present.saidAddress;
  }

  /** A connection without a handshake was closed. */
  synchronized void closed(Channel channel) {
    pending.remove(channel);
  }

  /** A peer's connection was closed. Returns whether it was the current one. */
  synchronized boolean closed(Channel channel, HostId peer, LaneKind lane) {
    Slot slot = new Slot(peer, lane);
    Established present = established.get(slot);
    if (present == null || present.channel != channel) {
      return false;
    }
    established.remove(slot);
    return true;
  }

  /** Forgets all connections and returns them. */
  synchronized List<Channel> takeAll() {
    List<Channel> all = new ArrayList<>(pending);
    established.values().forEach(one -> all.add(one.channel));
    pending.clear();
    established.clear();
    return all;
  }

  synchronized int size() {
    return pending.size() + established.size();
  }
}
