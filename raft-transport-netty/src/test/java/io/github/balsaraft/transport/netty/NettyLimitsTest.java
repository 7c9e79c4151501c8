package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedOutcomes.Kind;
import io.github.balsaraft.model.ForwardedOutcomes.Outcome;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.testing.SampleMessages;
import io.github.balsaraft.testing.TransportTestHost;
import io.github.balsaraft.transport.PeerConnection.State;
import io.github.balsaraft.transport.TransportException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bounds, counters, and the ends of a transport's life. */
@ExtendWith(NoLeaks.class)
class NettyLimitsTest extends NettyHosts {

  /** The peer accepts and never reads. Memory is bounded, and the other peers don't notice. */
  @Test
  void slowReaderCostsBoundedMemory() throws Exception {
    long bound = 4 << 20;
    TransportTestHost a = host("n1", settings().maxQueuedBytesPerPeer(bound));
    TransportTestHost healthy = host("n3", settings());
    a.routeTo(healthy);
    ServerSocket server = listen();
    a.transport().setRoute(PEER, "127.0.0.1:" + server.getLocalPort());
    acceptControlLane(server);
    a.receiver().await("both lanes to both", () -> stats(a).connects() == 4);
    int payload = 64 << 10;
    int sent = 2000;
    for (int i = 0; i < sent; i++) {
      a.send(PEER, SampleMessages.append(i, payload));
    }
    a.receiver().await("not writable", () -> !a.receiver().writable(PEER));
    NettyTransportStats stats = stats(a);
    // What wasn't dropped is held, within the bound, or was taken by the kernel, which has bounds
    // of its own: 32 MiB and more on some machines.
    assertThat(stats.droppedQueueFull()).as("most was dropped").isGreaterThan(sent / 2);
    a.send(healthy.id(), SampleMessages.append(1, payload));
    healthy.receiver().await("the other", () -> healthy.receiver().messages().size() == 1);
    assertThat(a.receiver().writable(healthy.id())).isTrue();
  }

  /** Heartbeats and votes have a bound of their own: once the peer takes nothing any more, nothing more of them is held. */
  @Test
  void slowReaderOfHeartbeatsCostsBoundedMemory() throws Exception {
    TransportTestHost a = host("n1", settings().maxQueuedControlBytesPerPeer(64 << 10));
    ServerSocket server = listen();
    a.transport().setRoute(PEER, "127.0.0.1:" + server.getLocalPort());
    acceptControlLane(server);
    a.receiver().await("both lanes", () -> stats(a).connects() == 2);
    // Until the kernel's buffers are full, too, the loop of the lane makes room now and then.
    a.receiver().await("nothing taken any more", () -> droppedOf(a, 50_000) == 50_000);
    assertThat(a.receiver().writable(PEER)).as("entries wait for others").isTrue();
  }

  private static long droppedOf(TransportTestHost a, int heartbeats) {
    long before = stats(a).droppedQueueFull();
    for (int i = 0; i < heartbeats; i++) {
      a.send(PEER, SampleMessages.heartbeat(i));
    }
    return stats(a).droppedQueueFull() - before;
  }

  @Test
  void tooLargeMessageIsDroppedAndCounted() {
    TransportTestHost a = host("n1", settings().maxFrameBytes(64 << 10));
    TransportTestHost b = host("n2", settings());
    a.routeTo(b);
    a.send(b.id(), SampleMessages.append(1, 64 << 10), SampleMessages.append(2, 63 << 10));
    b.receiver().await("the one that fits", () -> b.receiver().messages().size() == 1);
    assertThat(stats(a).droppedTooLarge()).isEqualTo(1);
  }

  /** A leader counts on it when it puts outcomes together: it keeps on trying what is refused. */
  @Test
  void outcomesFillTheSmallestFramesAndFit() {
    TransportTestHost a = host("n1", settings().maxFrameBytes(64 << 10));
    TransportTestHost b = host("n2", settings().maxFrameBytes(64 << 10));
    a.routeTo(b);
    int most = (int) a.transport().maxMessageBytes() - 1024;
    List<Outcome> many = Collections.nCopies(
        most / 40, new Outcome(-1, Kind.OVERLOADED, new byte[0], Long.MAX_VALUE));
    List<Outcome> large = List.of(new Outcome(-1, Kind.APPLIED, new byte[most]));
    a.send(b.id(), SampleMessages.append(1, 1));
    b.receiver().await("a way", () -> b.receiver().messages().size() == 1);
    for (List<Outcome> outcomes : List.of(many, large)) {
      ForwardedOutcomes message =
          new ForwardedOutcomes(new ReplicaId(-1), new ReplicaId(-2), -3, outcomes);
      assertThat(a.transport().trySend(b.id(), new GroupMessage(GroupId.DEFAULT, message)))
          .isTrue();
    }
    b.receiver().await("both", () -> b.receiver().messages().size() == 3);
    assertThat(stats(a).droppedTooLarge()).isZero();
  }

  /** All of them are sent in one turn of the loop: else it depends on the machine how often the loop has its turn between two. */
  @Test
  void manySendsShareFlushes() {
    TransportTestHost a =
        host("n1", settings().eventLoopThreads(1).maxQueuedControlBytesPerPeer(64 << 20));
    TransportTestHost b = host("n2", settings());
    a.routeTo(b);
    b.routeTo(a);
    int count = 20_000;
    a.receiver().onEachBatch(batch -> {
      for (int i = 0; i < count; i++) {
        a.send(b.id(), SampleMessages.heartbeat(i));
      }
    });
    b.send(a.id(), SampleMessages.heartbeat(-1));
    b.receiver().await("all", () -> b.receiver().messages().size() == count);
    NettyTransportStats stats = stats(a);
    assertThat(stats.messagesSent()).isEqualTo(count);
    assertThat(stats.flushes()).isLessThan(count / 4);
    assertThat(stats.framesSent()).isLessThan(count / 4);
    assertThat(stats(b).messagesReceived()).isEqualTo(count);
    assertThat(stats(b).bytesReceived()).isEqualTo(stats.bytesSent());
  }

  @Test
  void sendWithoutRouteIsCounted() {
    TransportTestHost a = host("n1", settings());
    a.send(PEER, SampleMessages.heartbeat(1), SampleMessages.heartbeat(2));
    assertThat(stats(a).droppedNoRoute()).isEqualTo(2);
  }

  @Test
  void whoTriesToSendIsToldWhatIsDropped() throws Exception {
    TransportTestHost a = host("n1", settings().maxQueuedBytesPerPeer(1 << 20));
    GroupMessage message = new GroupMessage(GroupId.DEFAULT, SampleMessages.append(1, 64 << 10));
    assertThat(a.transport().trySend(PEER, message)).as("without a route").isFalse();
    expectNothingCountsAsDropped(a);
    ServerSocket server = listen();
    a.transport().setRoute(PEER, "127.0.0.1:" + server.getLocalPort());
    acceptControlLane(server);
    a.receiver().await("both lanes", () -> stats(a).connects() == 2);
    assertThat(a.transport().trySend(PEER, message)).isTrue();
    a.receiver().await("no room", () -> !a.transport().trySend(PEER, message));
    expectNothingCountsAsDropped(a);
    a.receiver().await("a loss", () -> {
      a.send(PEER, SampleMessages.append(1, 64 << 10));
      return stats(a).droppedQueueFull() > 0;
    });
    a.close();
    assertThat(a.transport().trySend(PEER, message)).as("closed").isFalse();
  }

  /** While it pauses, a lane takes nothing. */
  @Test
  void whoTriesToSendToWhereNobodyListensIsToldSo() throws Exception {
    TransportTestHost a = host("n1", settings());
    a.transport().setRoute(PEER, "127.0.0.1:" + freePort());
    GroupMessage message = new GroupMessage(GroupId.DEFAULT, SampleMessages.append(1, 100));
    AtomicInteger taken = new AtomicInteger();
    a.receiver().await("a pause", () -> {
      boolean isTaken = a.transport().trySend(PEER, message);
      taken.addAndGet(isTaken ? 1 : 0);
      return !isTaken;
    });
    assertThat(stats(a).droppedUnreachable())
        .as("those that had waited for the connection")
        .isLessThanOrEqualTo(taken.get());
  }

  /** It is tried again and again by whoever keeps it. */
  private static void expectNothingCountsAsDropped(TransportTestHost host) {
    NettyTransportStats stats = stats(host);
    assertThat(stats.droppedNoRoute()).isZero();
    assertThat(stats.droppedUnreachable()).isZero();
    assertThat(stats.droppedQueueFull()).isZero();
  }

  @Test
  void portInUseIsOneClearLine() throws Exception {
    ServerSocket server = listen();
    String address = "127.0.0.1:" + server.getLocalPort();
    assertThatThrownBy(() -> host("n1", NettyTransport.builder().bindAddress(address)))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("can't listen on " + address)
        .hasMessageContaining("in use");
  }

  @Test
  void advertisedAddressIsWhatOthersAreTold() {
    TransportTestHost a = host(
        "n1", NettyTransport.builder().bindAddress("0.0.0.0:0").advertisedAddress("localhost:0"));
    String address = a.transport().localAddress();
    assertThat(address).startsWith("localhost:").doesNotEndWith(":0");
    TransportTestHost b = host("n2", settings());
    b.routeTo(a);
    b.send(a.id(), SampleMessages.heartbeat(1));
    a.receiver().await("the message", () -> a.receiver().messages().size() == 1);
  }

  /** A receiver may be what finds out that everything has to end. */
  @Test
  void closeFromWithinReceiverDoesNotHang() {
    TransportTestHost a = host("n1", settings());
    TransportTestHost b = host("n2", settings());
    b.receiver().onEachBatch(batch -> b.close());
    a.routeTo(b);
    a.send(b.id(), SampleMessages.heartbeat(1));
    b.receiver().await("the message", () -> !b.receiver().messages().isEmpty());
    a.receiver().await("closed", () -> {
      a.send(b.id(), SampleMessages.heartbeat(1));
      return a.transport().connection(b.id()).state() == State.UNREACHABLE;
    });
  }

  /** The loop of the listening socket waits for the turn of the peer whose message made the receiver close. */
  @ParameterizedTest
  @EnumSource(LaneKind.class)
  void closeFromWithinReceiverWaitsForNoOtherLoop(LaneKind closing) throws Exception {
    TransportTestHost a = host("n1", settings().eventLoopThreads(2));
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Void> ended = new CompletableFuture<>();
    a.receiver().onEachBatch(batch -> {
      begun.countDown();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (!isALoopBlocked() && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      a.close();
      ended.complete(null);
    });
    try (RawPeer control = RawPeer.dial(a.transport().localAddress());
        RawPeer bulk = RawPeer.dial(a.transport().localAddress())) {
      control.hello(PEER.name(), "n1", LaneKind.CONTROL).answer();
      bulk.hello(PEER.name(), "n1", LaneKind.BULK).answer();
      (closing == LaneKind.CONTROL ? control : bulk).send(Wire.frame(SampleMessages.heartbeat(1)));
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
      (closing == LaneKind.CONTROL ? bulk : control).send(Wire.frame(SampleMessages.heartbeat(2)));
      assertThat(ended).succeedsWithin(Duration.ofSeconds(60));
    }
  }

  private static boolean isALoopBlocked() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().startsWith("balsa-net-n1")
            && thread.getState() == Thread.State.BLOCKED);
  }

  @Test
  void hostsWithManyPeersCloseInAnyState() throws Exception {
    TransportTestHost a = host("n1", settings());
    ServerSocket silent = listen();
    ServerSocket dead = listen();
    dead.close();
    TransportTestHost b = host("n2", settings());
    a.routeTo(b);
    a.transport().setRoute(new HostId("silent"), "127.0.0.1:" + silent.getLocalPort());
    a.transport().setRoute(new HostId("dead"), "127.0.0.1:" + dead.getLocalPort());
    a.transport().setRoute(new HostId("unknown"), "unknown.invalid:1");
    for (HostId peer :
        List.of(b.id(), new HostId("silent"), new HostId("dead"), new HostId("unknown"))) {
      a.send(peer, SampleMessages.append(1, 1000), SampleMessages.heartbeat(1));
    }
    acceptFrom(silent);
    a.close();
    assertThat(a.receiver().violations()).isEmpty();
  }
}
