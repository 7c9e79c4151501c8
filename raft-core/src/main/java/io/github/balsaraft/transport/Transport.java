package io.github.balsaraft.transport;

import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import java.util.List;
import java.util.function.Supplier;

/**
 * Carries messages between hosts. Fire and forget: it may drop, delay, duplicate and reorder, and says nothing about it;
 * the protocol repeats what matters. It must never change a message, and never deliver one to another host than the one
 * it was sent to.
 *
 * <p>Small messages are never stuck behind large ones ({@link io.github.balsaraft.model.Message#isBulk}). Messages of the
 * same size class between two hosts normally arrive in order; nothing rests on it but speed.
 *
 * <p><b>Handshake.</b> Before anything else, two hosts tell each other protocol version, cluster, host id and disk
 * incarnation. A peer of another cluster or epoch, or under another host id than the one that was dialled, is refused
 * with one log line and counted. A host that has no cluster yet is let in: it has to be born somewhere.
 *
 * <p><b>Connecting.</b> A route is connected when it is set, not when something is sent, and it is kept connected as long
 * as it stands: what breaks is made again at once, and after pauses that grow up to a bound of a few seconds when that
 * fails. A handshake that a peer has begun shows that it is there, and ends the pause. So what a host knows about its peers
 * is never older than that, and a message after a long silence isn't lost to the memory of a refusal.
 *
 * <p><b>Threads.</b> All methods may be called from any thread and none of them blocks, except {@link #start} and {@link
 * #close}. What is queued for a peer is bounded in bytes; beyond that messages are dropped.
 */
public interface Transport extends AutoCloseable {

  /**
   * Starts listening and delivering.
   *
   * @param self what to say in handshakes; asked again for each, because a host gets its cluster only at its birth
   * @param receiver gets what arrives
   * @throws TransportException if it can't listen; the message says where and why
   */
  void start(Supplier<HostRecord> self, TransportReceiver receiver);

  /** Says that handshakes made so far are out of date: connections are closed and made again. */
  void identityChanged();

  /** Where this host is reached, {@code host:port}; known once started. */
  String localAddress();

  /**
   * Says where a peer is reached, and connects to it. The name in it is resolved anew at every connect. Replaces an earlier
   * address; a connection to that is closed. The same address again changes nothing.
   */
  void setRoute(HostId peer, String address);

  /**
   * Takes back what {@link #setRoute} said: connections to the peer are closed and not made again, unless it is connected to this
   * host and is to be answered. What the peer has dialled is left alone. Nothing happens if there is no route.
   */
  void removeRoute(HostId peer);

  /**
   * Sends messages to one host. Never blocks; to a host without a route, one that can't be reached, or one that doesn't keep
   * up, they are dropped. While a connection is being made they wait for it. A host of the same cluster that is connected to this one
   * can be answered without a route: it may be a member, and even the leader, of which this host's log doesn't know yet.
   */
  void send(HostId to, List<GroupMessage> messages);

  /**
   * As {@link #send} of one message, for somebody who has something better to do with it than to lose it.
   *
   * @return false if it was dropped here and now, and so will never arrive; true promises nothing. A transport that can't tell says true
   */
  default boolean trySend(HostId to, GroupMessage message) {
    send(to, List.of(message));
    return true;
  }

  /**
   * The largest message that can be sent, in bytes of its content. A larger one may be dropped, and does no harm to those that
   * follow. A node refuses to start if its largest command wouldn't fit.
   */
  default long maxMessageBytes() {
    return Long.MAX_VALUE;
  }

  /** What is known about the way to a peer; for status and explanations. */
  PeerConnection connection(HostId peer);

  /** Stops delivering and closes all connections. When it returns, no receiver method runs any more. */
  @Override
  void close();
}
