package io.github.balsaraft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.transport.PeerConnection.State;
import io.github.balsaraft.transport.Transport;
import io.github.balsaraft.transport.TransportException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The part of {@link TransportContract} that is about connections: which hosts are let in, where a route leads, and what a host
 * hears of a peer that is gone and comes back.
 */
abstract class TransportConnectionsContract extends TransportHosts {

  /** A wrong address must not make one host's messages another's. */
  @Test
  void neverDeliversToAnotherHost() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    TransportTestHost c = host("c");
    a.transport().setRoute(b.id(), c.transport().localAddress());
    awaitState(a, b, State.REFUSED);
    assertThat(c.receiver().messages()).isEmpty();
    connect(a, b);
    assertThat(c.receiver().messages()).isEmpty();
  }

  @Test
  void refusesHostOfAnotherCluster() {
    TransportTestHost a = host("a");
    TransportTestHost stranger = host("b", new ClusterIdentity(78, 1), PLENTY);
    a.routeTo(stranger);
    stranger.routeTo(a);
    awaitState(a, stranger, State.REFUSED);
    awaitState(stranger, a, State.REFUSED);
    assertThat(a.receiver().messages()).isEmpty();
    assertThat(stranger.receiver().messages()).isEmpty();
  }

  /** Survivors of the life before a restore are strangers, too. */
  @Test
  void trap37_refusesHostOfAnotherEpoch() {
    TransportTestHost a = host("a");
    TransportTestHost survivor = host("b", new ClusterIdentity(CLUSTER.id(), 2), PLENTY);
    a.routeTo(survivor);
    awaitState(a, survivor, State.REFUSED);
    assertThat(survivor.receiver().messages()).isEmpty();
  }

  @Test
  void letsInHostWithoutCluster() {
    TransportTestHost a = host("a");
    TransportTestHost unborn = host("b", null, PLENTY);
    connect(a, unborn);
    connect(unborn, a);
    assertThat(a.receiver().senders()).containsOnly(unborn.record());
  }

  @Test
  void identityChangeReachesPeers() {
    TransportTestHost a = host("a", null, PLENTY);
    TransportTestHost b = host("b");
    connect(a, b);
    assertThat(b.receiver().senders()).containsOnly(a.record());
    a.changeRecord(a.record().inCluster(CLUSTER));
    b.receiver().await("the new identity", () -> {
      a.send(b.id(), SampleMessages.heartbeat(sequence.incrementAndGet()));
      return b.receiver().senders().contains(a.record());
    });
    assertThat(a.receiver().gone()).isEmpty();
    assertThat(b.receiver().gone()).isEmpty();
  }

  @Test
  void followsRouteChange() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    b.close();
    TransportTestHost moved = host("b");
    connect(a, moved);
    assertThat(a.transport().connection(b.id()).state()).isEqualTo(State.CONNECTED);
  }

  @Test
  void sameRouteAgainChangesNothing() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    for (int i = 0; i < 100; i++) {
      a.routeTo(b);
      assertThat(a.transport().connection(b.id()).state()).isEqualTo(State.CONNECTED);
    }
    Heartbeat next = SampleMessages.heartbeat(-1);
    a.send(b.id(), next);
    b.receiver().await("the next", () -> b.receiver().messages().contains(next));
    assertThat(a.receiver().gone()).isEmpty();
  }

  /** Who has moved may have left somebody behind under its old address. */
  @Test
  void otherRouteTakesNothingToTheFirstAnyMore() {
    TransportTestHost a = host("a");
    TransportTestHost first = host("b");
    connect(a, first);
    TransportTestHost moved = host("b");
    connect(a, moved);
    long before = sequence.get();
    for (int i = 0; i < 200; i++) {
      a.send(moved.id(), SampleMessages.heartbeat(sequence.incrementAndGet()));
    }
    Heartbeat last = SampleMessages.heartbeat(sequence.incrementAndGet());
    moved.receiver().await("the last", () -> {
      a.send(moved.id(), last);
      return moved.receiver().messages().contains(last);
    });
    assertThat(first.receiver().messages())
        .noneMatch(
            message -> message instanceof Heartbeat heartbeat && heartbeat.sequence() > before);
    assertThat(a.receiver().gone()).as("it is still there").isEmpty();
  }

  /** One of the same cluster could be answered all the same as long as it is connected. */
  @Test
  void removedRouteIsNotConnectedUntilItIsSetAgain() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b", null, PLENTY);
    connect(a, b);
    connect(b, a);
    a.transport().removeRoute(b.id());
    a.transport().removeRoute(new HostId("nobody"));
    a.receiver()
        .await("not connected", () -> a.transport().connection(b.id()).state() == State.UNKNOWN);
    Heartbeat lost = SampleMessages.heartbeat(-1);
    a.send(b.id(), lost);
    connect(b, a);
    connect(a, b);
    assertThat(b.receiver().messages()).doesNotContain(lost);
    a.receiver().await("writable", () -> a.receiver().writable(b.id()));
    assertThat(a.receiver().gone()).isEmpty();
    assertThat(b.receiver().gone()).isEmpty();
  }

  @Test
  void routeToWhereNobodyListensIsUnreachable() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    b.close();
    a.routeTo(b);
    awaitState(a, b, State.UNREACHABLE);
    assertThat(a.receiver().gone()).as("it was never here").isEmpty();
  }

  /** Who waits with connecting until it has to send learns too late that the peer is back, or gone. */
  @Test
  void routeIsConnectedBeforeAnythingIsSent() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    a.routeTo(b);
    a.receiver()
        .await("connected", () -> a.transport().connection(b.id()).state() == State.CONNECTED);
    b.close();
    a.receiver().await("the hint", () -> !a.receiver().gone().isEmpty());
    a.receiver()
        .await("unreachable", () -> a.transport().connection(b.id()).state() == State.UNREACHABLE);
    // One that connects to us just when it ends may have been here, and be gone, once more.
    assertThat(a.receiver().gone()).containsOnly(b.id());
  }

  /** What is sent right behind {@link Transport#setRoute} waits for the connection. Of several, since anything may be dropped. */
  @Test
  void messagesWaitForTheConnection() {
    TransportTestHost a = host("a");
    List<TransportTestHost> others = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      others.add(host("b" + i));
    }
    Heartbeat only = SampleMessages.heartbeat(-1);
    for (TransportTestHost other : others) {
      a.routeTo(other);
      a.send(other.id(), only);
    }
    for (TransportTestHost other : others) {
      a.receiver()
          .await(
              "connected", () -> a.transport().connection(other.id()).state() == State.CONNECTED);
    }
    a.receiver()
        .await(
            "most",
            () -> others.stream()
                    .filter(other -> other.receiver().messages().contains(only))
                    .count()
                >= 3);
  }

  @Test
  void unknownHostGetsNothingAndDoesNoHarm() {
    TransportTestHost a = host("a");
    a.send(new HostId("nobody"), SampleMessages.heartbeat(1));
    assertThat(a.transport().connection(new HostId("nobody")).state())
        .isNotEqualTo(State.CONNECTED);
  }

  @Test
  void hintsThatPeerIsGone() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    connect(b, a);
    b.close();
    a.receiver().await("the hint", () -> !a.receiver().gone().isEmpty());
    awaitState(a, b, State.UNREACHABLE);
    assertThat(a.receiver().gone()).containsExactly(b.id());
  }

  @Test
  void unreachablePeerIsNotWritableUntilItIsBack() {
    TransportTestHost a = host("a");
    TransportTestHost b = host("b");
    connect(a, b);
    b.close();
    a.receiver().await("not writable", () -> {
      a.send(b.id(), SampleMessages.heartbeat(1));
      return !a.receiver().writable(b.id());
    });
    connect(a, host("b"));
    a.receiver().await("writable", () -> a.receiver().writable(b.id()));
  }

  @Test
  void addressThatAnotherHasIsRefusedWithOneLine() {
    TransportTestHost a = host("a");
    String address = a.transport().localAddress();
    try (Transport second = newTransportAt(address)) {
      assertThatThrownBy(() -> second.start(a::record, a.receiver()))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining(address);
    }
    a.close();
    try (Transport later = newTransportAt(address)) {
      later.start(a::record, a.receiver());
      assertThat(later.localAddress()).isEqualTo(address);
    }
  }
}
