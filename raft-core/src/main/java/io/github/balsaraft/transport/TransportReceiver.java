package io.github.balsaraft.transport;

import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import java.util.List;

/**
 * Gets what a {@link Transport} has to say. Called on the transport's threads, for one peer by one thread at a time; must
 * not block.
 */
public interface TransportReceiver {

  /**
   * Messages arrived.
   *
   * @param from what the sending host said of itself in the handshake
   */
  void onMessages(HostRecord from, List<GroupMessage> messages);

  /**
   * A peer sent entries that only a newer version can read. They must not be skipped: the replica that they are for can't go
   * on. The rest of what the peer sends is delivered as ever.
   *
   * @param from what the sending host said of itself in the handshake
   */
  void onUnreadableEntries(HostRecord from, UnreadableEntries entries);

  /**
   * The peer's process seems to be gone: an established connection to it was reset or closed, and connecting again was
   * refused. A hint, never a proof. What the process had sent before was delivered, unless that takes too long.
   */
  void onPeerGone(HostId peer);

  /**
   * Whether bulk messages to this peer are worth making. When not, they would queue up or be dropped. They are until something
   * else is said.
   */
  void onWritabilityChanged(HostId peer, boolean writable);
}
