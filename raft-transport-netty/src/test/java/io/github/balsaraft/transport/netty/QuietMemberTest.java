package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.testing.TransportTestHost;
import java.net.ServerSocket;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An empty host has the host id of a member that has nothing to say, as one follower has nothing to another. */
@ExtendWith(NoLeaks.class)
class QuietMemberTest extends NettyHosts {

  private static final ClusterIdentity CLUSTER = new ClusterIdentity(7, 1);
  private static final Identity MEMBER = new Identity(new HostRecord(PEER, 1, CLUSTER), 10);
  private static final Identity EMPTY = new Identity(new HostRecord(PEER, 2, null), 20);

  /** After this who has sent nothing isn't talking any more. */
  private static final long SILENT_NANOS = TimeUnit.MILLISECONDS.toNanos(2100);

  private static @Nullable Refusal refusal(TransportTestHost host, Identity self) throws Exception {
    try (RawPeer peer = RawPeer.dial(host.transport().localAddress())) {
      peer.hello(self, host.id(), LaneKind.CONTROL);
      return Objects.requireNonNull(peer.answer()).refusal();
    }
  }

  @Test
  void keepsItsPlaceAsLongAsThisHostIsConnectedToIt() throws Exception {
    TransportTestHost a = host("n1", CLUSTER, settings());
    ServerSocket server = listen();
    a.transport().setRoute(PEER, "127.0.0.1:" + server.getLocalPort());
    RawPeer control = acceptControlLane(server, MEMBER);
    a.receiver().await("connected", () -> stats(a).connects() == 2);
    try (RawPeer member = RawPeer.dial(a.transport().localAddress())) {
      member.hello(MEMBER, a.id(), LaneKind.CONTROL);
      assertThat(Objects.requireNonNull(member.answer()).refusal()).isNull();
      long silentAt = System.nanoTime() + SILENT_NANOS;
      a.receiver().await("silence", () -> System.nanoTime() >= silentAt);
      Refusal refusal = Objects.requireNonNull(refusal(a, EMPTY), "a refusal");
      assertThat(refusal.reason()).isEqualTo(RefusalReason.NAME_TAKEN);

      // Its process is gone, and its disk was replaced; nobody knows that of its own connection.
      server.close();
      control.reset();
      a.receiver().await("that it is let in", () -> {
        try {
          return refusal(a, EMPTY) == null;
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      });
      member.awaitClosed();
    }
  }
}
