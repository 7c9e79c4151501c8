package io.github.balsaraft.node;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.transport.PeerConnection;
import io.github.balsaraft.transport.Transport;
import io.github.balsaraft.transport.TransportReceiver;
import io.github.balsaraft.transport.UnreadableEntries;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends nothing anywhere; a test sees what leaves, and says what arrives. */
final class FakeTransport implements Transport {
  /** What happens when it is closed; on the thread that does it. */
  volatile Runnable onClose = () -> {};

  /** Hears of each message that leaves. */
  volatile Consumer<Message> onSend = message -> {};

  /** Whether it takes what somebody tries to send. */
  volatile boolean takes = true;

  /** See {@link Transport#maxMessageBytes}. */
  volatile long maxMessageBytes = Long.MAX_VALUE;

  /** Of the way to each peer. */
  volatile PeerConnection.State way = PeerConnection.State.UNKNOWN;

  private @Nullable TransportReceiver receiver;

  private static HostRecord peer(@Nullable ClusterIdentity cluster) {
    return new HostRecord(new HostId("n2"), 2, cluster);
  }

  void unreadable(@Nullable ClusterIdentity cluster, UnreadableEntries entries) {
    Objects.requireNonNull(receiver).onUnreadableEntries(peer(cluster), entries);
  }

  void message(@Nullable ClusterIdentity cluster, Message message) {
    Objects.requireNonNull(receiver)
        .onMessages(peer(cluster), List.of(new GroupMessage(GroupId.DEFAULT, message)));
  }

  @Override
  public void start(Supplier<HostRecord> self, TransportReceiver newReceiver) {
    receiver = newReceiver;
  }

  @Override
  public void identityChanged() {}

  @Override
  public String localAddress() {
    return "n1";
  }

  @Override
  public void setRoute(HostId peer, String address) {}

  @Override
  public void removeRoute(HostId peer) {}

  @Override
  public void send(HostId to, List<GroupMessage> messages) {
    messages.forEach(one -> onSend.accept(one.message()));
  }

  @Override
  public boolean trySend(HostId to, GroupMessage message) {
    if (takes) {
      send(to, List.of(message));
    }
    return takes;
  }

  @Override
  public long maxMessageBytes() {
    return maxMessageBytes;
  }

  @Override
  public PeerConnection connection(HostId peer) {
    return new PeerConnection(way, "as the test says");
  }

  @Override
  public void close() {
    onClose.run();
  }
}
