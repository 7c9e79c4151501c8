package io.github.balsaraft.transport.netty;

import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.transport.TransportReceiver;
import io.github.balsaraft.transport.UnreadableEntries;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the receiver: about one peer one thread at a time, nothing after the close, and what the receiver throws ends
 * here. Thread-safe.
 */
final class Deliveries {

  private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);

  // Peers share a bounded number of locks, because strangers
  // choose names. With one event loop none is ever contended.
  private final Object[] turns = new Object[64];
  private final TransportReceiver receiver;
  private final Counters counters;
  private volatile boolean closed;

  Deliveries(TransportReceiver receiver, Counters counters) {
    this.receiver = receiver;
    this.counters = counters;
    for (int i = 0; i < turns.length; i++) {
      turns[i] = new Object();
    }
  }

  void messages(HostRecord from, List<GroupMessage> messages) {
    inTurn(from.host(), () -> receiver.onMessages(from, messages));
  }

  void unreadable(HostRecord from, UnreadableEntries entries) {
    inTurn(from.host(), () -> receiver.onUnreadableEntries(from, entries));
  }

  void peerGone(HostId peer) {
    inTurn(peer, () -> receiver.onPeerGone(peer));
  }

  void writabilityChanged(HostId peer, boolean writable) {
    inTurn(peer, () -> receiver.onWritabilityChanged(peer, writable));
  }

  /** No delivery begins after this. */
  void close() {
    closed = true;
  }

  private void inTurn(HostId peer, Runnable call) {
    synchronized (turns[Math.floorMod(peer.hashCode(), turns.length)]) {
      if (closed) {
        return;
      }
      try {
        call.run();
      } catch (RuntimeException e) {
        counters.receiverFailures.increment();
        LOG.error("the receiver failed on what {} sent; going on with the next", peer, e);
      }
    }
  }
}
