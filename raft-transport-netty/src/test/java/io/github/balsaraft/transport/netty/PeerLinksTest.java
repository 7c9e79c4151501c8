package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.testing.SampleMessages;
import io.github.balsaraft.testing.TransportTestHost;
import io.github.balsaraft.transport.PeerConnection.State;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a host remembers of its peers, and of those that only say that they are. */
@ExtendWith(NoLeaks.class)
class PeerLinksTest extends NettyHosts {

  private static final ClusterIdentity CLUSTER = new ClusterIdentity(7, 1);
  private static final int NAMES = 20;

  private static int links(TransportTestHost host) {
    return ((NettyTransport) host.transport()).links();
  }

  private static HostId name(int number) {
    return new HostId("m" + number);
  }

  /** Connects under a name, and says where it wants to be answered. */
  private static RawPeer dial(TransportTestHost host, HostId name, int port) throws Exception {
    RawPeer peer = RawPeer.dial(host.transport().localAddress());
    Identity identity = new Identity(new HostRecord(name, 1, CLUSTER), 1234, "127.0.0.1:" + port);
    peer.send(HandshakeCodec.write(
        new Hello(1, 1, identity, host.id(), LaneKind.CONTROL), UnpooledByteBufAllocator.DEFAULT));
    assertThat(Objects.requireNonNull(peer.answer()).refusal()).isNull();
    return peer;
  }

  @Test
  void namesThatOnlyConnectionsHaveBroughtGoWithThem() throws Exception {
    TransportTestHost a = host("n1", CLUSTER, settings());
    int port = freePort();
    List<RawPeer> peers = new ArrayList<>();
    for (int number = 0; number < NAMES; number++) {
      peers.add(dial(a, name(number), port));
    }
    a.receiver().await("all", () -> links(a) == NAMES);
    a.transport().setRoute(name(0), "127.0.0.1:" + port);
    for (RawPeer peer : peers) {
      peer.close();
    }
    a.receiver().await("that with a route", () -> links(a) == 1);
    assertThat(a.receiver().violations()).isEmpty();
  }

  @Test
  void namesThatAHandshakeHasBroughtGoWhenItIsOutOfDate() throws Exception {
    TransportTestHost a = host("n1", CLUSTER, settings());
    try (RawPeer peer = dial(a, PEER, freePort())) {
      a.receiver().await("it", () -> links(a) == 1);
      a.changeRecord(a.record());
      a.receiver().await("nobody", () -> links(a) == 0);
      peer.awaitClosed();
    }
  }

  @Test
  void removedRoutesAreForgottenAndWhatWasSaidOfThemIsTakenBack() throws Exception {
    TransportTestHost a = host("n1", settings());
    String nobody = "127.0.0.1:" + freePort();
    for (int number = 0; number < NAMES; number++) {
      a.transport().setRoute(name(number), nobody);
    }
    a.receiver().await("not writable", () -> !a.receiver().writable(name(0)));
    for (int number = 0; number < NAMES; number++) {
      a.transport().removeRoute(name(number));
    }
    a.receiver().await("nobody", () -> links(a) == 0);
    assertThat(a.receiver().writable(name(0))).isTrue();
    assertThat(a.transport().connection(name(0)).state()).isEqualTo(State.UNKNOWN);
    a.transport().setRoute(name(0), nobody);
    a.receiver().await("not writable again", () -> !a.receiver().writable(name(0)));
    assertThat(a.receiver().violations()).isEmpty();
  }

  /** A group forgets who has not asked it for a while. That may ask again, on the connection that it has. */
  @Test
  void aPeerThatIsConnectedIsAnsweredAfterItsRouteIsRemoved() {
    TransportTestHost a = host("n1", CLUSTER, settings());
    TransportTestHost b = host(PEER.name(), CLUSTER, settings());
    b.routeTo(a);
    a.routeTo(b);
    b.receiver().await("asks", () -> b.transport().connection(a.id()).state() == State.CONNECTED);
    a.receiver()
        .await("connected", () -> a.transport().connection(PEER).state() == State.CONNECTED);
    a.transport().removeRoute(PEER);
    a.receiver().await("hung up on", () -> a.transport().connection(PEER).state() == State.UNKNOWN);
    Heartbeat answer = SampleMessages.heartbeat(1);
    a.send(PEER, answer);
    b.receiver().await("the answer", () -> b.receiver().messages().contains(answer));

    b.transport().removeRoute(a.id());
    a.receiver().await("forgotten", () -> links(a) == 0 && links(b) == 0);
    assertThat(a.receiver().gone()).isEmpty();
    assertThat(b.receiver().gone()).isEmpty();
  }

  /** Else two hosts of which each has only answered the other would do so for ever. */
  @Test
  void theWayToWhomNobodyElseNamesIsOpenAsLongAsItIsUsed() {
    NettyTransportBuilder impatient = settings().maxUnused(Duration.ofMillis(100));
    TransportTestHost a = host("n1", CLUSTER, impatient);
    TransportTestHost b = host(PEER.name(), CLUSTER, settings());
    b.routeTo(a);
    for (int sequence = 1; sequence <= 3; sequence++) {
      Heartbeat answer = SampleMessages.heartbeat(sequence);
      b.receiver().await("an answer", () -> {
        a.send(PEER, answer);
        return b.receiver().messages().contains(answer);
      });
      a.receiver()
          .await("hung up on", () -> a.transport().connection(PEER).state() == State.UNKNOWN);
    }
    assertThat(links(a)).isEqualTo(1);
    assertThat(b.transport().connection(a.id()).state()).isEqualTo(State.CONNECTED);
    assertThat(a.receiver().gone()).isEmpty();
    assertThat(b.receiver().gone()).isEmpty();
  }

  /** The one before it is being forgotten meanwhile, on another thread. */
  @Test
  void aRouteThatIsSetAgainAtOnceStands() {
    TransportTestHost a = host("n1", settings().eventLoopThreads(2));
    TransportTestHost b = host(PEER.name(), settings());
    for (int round = 0; round < 300; round++) {
      a.routeTo(b);
      a.transport().removeRoute(b.id());
    }
    a.routeTo(b);
    a.receiver()
        .await("connected", () -> a.transport().connection(b.id()).state() == State.CONNECTED);
    assertThat(links(a)).isEqualTo(1);
    assertThat(a.receiver().violations()).isEmpty();
  }
}
