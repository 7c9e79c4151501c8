package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.SampleMessages;
import io.github.balsaraft.testing.TransportTestHost;
import io.github.balsaraft.transport.PeerConnection.State;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How connections come and go. The peer is often a plain socket, which can misbehave at will. */
@ExtendWith(NoLeaks.class)
class NettyReconnectTest extends NettyHosts {

  @Test
  void dialsOneConnectionForEachLane() throws Exception {
    TransportTestHost a = host("n1", settings());
    ServerSocket server = listen();
    a.transport().setRoute(PEER, "127.0.0.1:" + server.getLocalPort());
    acceptControlLane(server);
    a.receiver().await("both", () -> stats(a).connects() == 2);
    assertThat(a.transport().connection(PEER).state()).isEqualTo(State.CONNECTED);
  }

  /** What a killed process looks like: reset, and nobody at the port. The hint takes milliseconds, not a pause. */
  @Test
  void resetAndRefusedMeansGoneAtOnce() throws Exception {
    TransportTestHost a =
        host("n1", settings().reconnectDelay(Duration.ofMinutes(1), Duration.ofMinutes(1)));
    ServerSocket server = listen();
    a.transport().setRoute(PEER, "127.0.0.1:" + server.getLocalPort());
    a.send(PEER, SampleMessages.heartbeat(1));
    RawPeer control = acceptControlLane(server);
    server.close();
    long start = System.nanoTime();
    control.reset();
    a.receiver().await("the hint", () -> !a.receiver().gone().isEmpty());
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertThat(millis).as("milliseconds until the hint").isLessThan(5_000);
    assertThat(a.receiver().gone()).containsExactly(PEER);
    assertThat(stats(a).peersGone()).isEqualTo(1);
  }

  /** A quarter of such a bound is less than a byte. */
  @Test
  void aPeerIsWritableAgainHoweverSmallTheBound() throws Exception {
    for (long bound = 1; bound <= 4; bound++) {
      TransportTestHost a = host("n1", settings().maxQueuedBytesPerPeer(bound));
      int port = freePort();
      a.transport().setRoute(PEER, "127.0.0.1:" + port);
      awaitUnreachable(a, PEER);
      ServerSocket server = listen(port);
      acceptControlLane(server);
      a.receiver().await("writable", () -> a.receiver().writable(PEER));
      a.close();
      server.close();
    }
  }

  /** A connection that breaks while the peer is alive and well is no hint, however often. */
  @Test
  void resetAndReconnectedIsNoHint() throws Exception {
    TransportTestHost a = host("n1", settings());
    ServerSocket server = listen();
    a.transport().setRoute(PEER, "127.0.0.1:" + server.getLocalPort());
    a.send(PEER, SampleMessages.heartbeat(1));
    RawPeer control = acceptControlLane(server);
    control.reset();
    RawPeer again = acceptFrom(server);
    assertThat(again.accept(PEER.name()).lane()).isEqualTo(LaneKind.CONTROL);
    a.receiver().await("connected", () -> stats(a).connects() == 3);
    assertThat(a.receiver().gone()).isEmpty();
  }

  /** A dying process may still take a connection with one hand while it drops all with the other. */
  @Test
  void acceptedAndDroppedThenRefusedMeansGone() throws Exception {
    TransportTestHost a = host("n1", settings());
    ServerSocket server = listen();
    a.transport().setRoute(PEER, "127.0.0.1:" + server.getLocalPort());
    a.send(PEER, SampleMessages.heartbeat(1));
    RawPeer control = acceptControlLane(server);
    control.reset();
    acceptFrom(server).reset();
    server.close();
    a.receiver().await("the hint", () -> !a.receiver().gone().isEmpty());
    assertThat(a.receiver().gone()).containsExactly(PEER);
  }

  /** We never dialled it with success, but it dialled us: its end tells as much. */
  @Test
  void lossOfInboundConnectionIsLookedInto() throws Exception {
    TransportTestHost a = host("n1", settings());
    ServerSocket server = listen();
    a.transport().setRoute(PEER, "127.0.0.1:" + server.getLocalPort());
    RawPeer dialled = RawPeer.dial(a.transport().localAddress());
    assertThat(dialled.hello(PEER.name(), "n1", LaneKind.CONTROL).answer()).isNotNull();
    dialled.send(Wire.frame(SampleMessages.heartbeat(1)));
    a.receiver().await("the message", () -> a.receiver().messages().size() == 1);
    a.send(PEER, SampleMessages.heartbeat(2));
    acceptControlLane(server);
    a.receiver().await("connected", () -> stats(a).connects() == 2);
    server.close();
    // Ours stays open, as it does for a while if a machine on the way has swallowed the reset.
    dialled.reset();
    a.receiver().await("the hint", () -> !a.receiver().gone().isEmpty());
    assertThat(a.receiver().gone()).containsExactly(PEER);
  }

  /** The peer's process is a new one: connections to the old one are dead even if nobody has told us. */
  @Test
  void newRunOfPeerReplacesOldConnections() throws Exception {
    TransportTestHost a = host("n1", settings());
    ServerSocket server = listen();
    a.transport().setRoute(PEER, "127.0.0.1:" + server.getLocalPort());
    a.send(PEER, SampleMessages.heartbeat(1));
    RawPeer old = acceptControlLane(server);
    a.receiver().await("connected", () -> stats(a).connects() == 2);
    try (TransportTestHost reborn = host(PEER.name(), settings())) {
      reborn.routeTo(a);
      reborn.send(a.id(), SampleMessages.heartbeat(3));
      a.receiver().await("its message", () -> a.receiver().messages().size() == 1);
      acceptControlLane(server);
      a.receiver().await("connected anew", () -> stats(a).connects() >= 4);
      old.close();
    }
  }

  /** Two processes under one host id: each would throw the other out for ever, as fast as it can. */
  @Test
  void connectionThatIsDroppedAgainAndAgainIsNotMadeInCircle() throws Exception {
    TransportTestHost a = host("n1", settings());
    ServerSocket server = listen();
    a.transport().setRoute(PEER, "127.0.0.1:" + server.getLocalPort());
    a.send(PEER, SampleMessages.heartbeat(1));
    long start = System.nanoTime();
    for (int i = 0; i < 10; i++) {
      RawPeer lane = acceptFrom(server);
      lane.accept(PEER.name());
      lane.reset();
    }
    assertThat(System.nanoTime() - start)
        .as("two lanes, five times each, with pauses in between")
        .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(100));
    assertThat(a.receiver().gone()).isEmpty();
  }

  @Test
  void nameIsResolvedAtEachReconnect() throws Exception {
    ServerSocket first = listen();
    ServerSocket second = listen();
    AtomicInteger port = new AtomicInteger(first.getLocalPort());
    ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    TransportTestHost a = host("n1", settings().resolver((peer, address) -> {
      asked.add(peer + " " + address + " " + Thread.currentThread().getName());
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), port.get());
    }));
    a.transport().setRoute(PEER, "somewhere:1");
    a.send(PEER, SampleMessages.heartbeat(1));
    RawPeer control = acceptControlLane(first);
    port.set(second.getLocalPort());
    control.reset();
    assertThat(acceptFrom(second).accept(PEER.name()).wanted()).isEqualTo(PEER);
    assertThat(asked)
        .hasSizeGreaterThanOrEqualTo(3)
        .allMatch(call -> call.startsWith("n2 somewhere:1 "))
        .allMatch(call -> call.contains("resolver"), "on a thread of its own");
  }

  @Test
  void namesThatHangHoldUpNobodyElse() {
    CompletableFuture<InetSocketAddress> hanging = new CompletableFuture<>();
    AtomicInteger asked = new AtomicInteger();
    TransportTestHost b = host(PEER.name(), settings());
    TransportTestHost a = host("n1", settings().resolver((peer, address) -> {
      if (peer.equals(PEER)) {
        return HostPort.parse(address).resolve();
      }
      asked.incrementAndGet();
      return hanging.join();
    }));
    int others = 8;
    for (int other = 0; other < others; other++) {
      a.transport().setRoute(new HostId("m" + other), "somewhere:1");
    }
    a.receiver().await("both lanes of each ask", () -> asked.get() == 2 * others);
    a.transport().setRoute(PEER, b.transport().localAddress());
    a.receiver()
        .await("connected", () -> a.transport().connection(PEER).state() == State.CONNECTED);
    hanging.completeExceptionally(new IllegalStateException("the test has ended"));
  }

  /** A leader that was added while this host was away, for one; as long as it is connected, and not a moment longer. */
  @Test
  void aFellowWithoutARouteIsAnsweredWhereItSaysThatItIs() {
    ClusterIdentity cluster = new ClusterIdentity(7, 1);
    TransportTestHost a = host("n1", cluster, settings());
    TransportTestHost b = host(PEER.name(), cluster, settings());
    a.routeTo(b);
    a.send(PEER, SampleMessages.heartbeat(1));
    b.receiver().await("the question", () -> b.receiver().messages().size() == 1);
    b.receiver().await("the answer", () -> {
      b.send(a.id(), SampleMessages.heartbeat(2));
      return !a.receiver().messages().isEmpty();
    });
    a.transport().removeRoute(PEER);
    b.receiver().await("nobody to answer", () -> {
      long before = stats(b).droppedNoRoute();
      b.send(a.id(), SampleMessages.heartbeat(3));
      return stats(b).droppedNoRoute() > before;
    });
  }

  @Test
  void aStrangerWithoutARouteIsNotAnswered() {
    TransportTestHost a = host("n1", settings());
    TransportTestHost b = host(PEER.name(), new ClusterIdentity(7, 1), settings());
    a.routeTo(b);
    a.send(PEER, SampleMessages.heartbeat(1));
    b.receiver().await("the question", () -> b.receiver().messages().size() == 1);
    b.send(a.id(), SampleMessages.heartbeat(2));
    assertThat(stats(b).droppedNoRoute()).isEqualTo(1);
  }

  /** Once for each lane. */
  @Test
  void aNameThatHangsIsAskedForAgain() {
    CompletableFuture<InetSocketAddress> hanging = new CompletableFuture<>();
    AtomicInteger asked = new AtomicInteger();
    TransportTestHost b = host(PEER.name(), settings());
    TransportTestHost a = host(
        "n1",
        settings()
            .connectTimeout(Duration.ofMillis(100))
            .resolver((peer, address) -> asked.incrementAndGet() <= 2
                ? hanging.join()
                : HostPort.parse(address).resolve()));
    a.transport().setRoute(PEER, b.transport().localAddress());
    a.receiver()
        .await("connected", () -> a.transport().connection(PEER).state() == State.CONNECTED);
    assertThat(asked.get()).isGreaterThan(2);
    hanging.completeExceptionally(new IllegalStateException("the test has ended"));
  }

  /** Two in a row that live for a moment only: it waits then, and says that it takes nothing. */
  @Test
  void laneThatWaitsAfterShortLivesIsNotWritable() throws Exception {
    ServerSocket server = listen();
    TransportTestHost a = host(
        "n1",
        settings()
            .handshakeTimeout(Duration.ofMinutes(10))
            .reconnectDelay(Duration.ofMinutes(10), Duration.ofMinutes(10)));
    a.transport().setRoute(PEER, "127.0.0.1:" + server.getLocalPort());
    // Two of each lane, and more where a machine that stood still has made one of them long.
    server.setSoTimeout(100);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    for (int lives = 0; lives < 4 || a.receiver().writable(PEER); ) {
      assertThat(System.nanoTime()).as("not writable in time").isLessThan(end);
      // Else a failure by chance among very many connections would look like the pause.
      assertThat(lives).as("short lives without a pause").isLessThan(20);
      try {
        RawPeer lane = acceptFrom(server);
        long connects = ++lives;
        lane.accept(PEER.name());
        a.receiver().await("connected", () -> stats(a).connects() >= connects);
        lane.reset();
      } catch (SocketTimeoutException e) {
        // Nobody dials at the moment.
      }
    }
  }

  @Test
  void nameThatFailsIsAskedForAgain() throws Exception {
    ServerSocket server = listen();
    AtomicInteger asked = new AtomicInteger();
    TransportTestHost a = host("n1", settings().resolver((peer, address) -> {
      int call = asked.incrementAndGet();
      if (call <= 2) {
        throw new UnknownHostException(address);
      }
      if (call <= 4) {
        throw new IllegalStateException("a resolver with a bug");
      }
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
    }));
    a.transport().setRoute(PEER, "somewhere:1");
    a.receiver().await("unreachable", () -> {
      a.send(PEER, SampleMessages.heartbeat(1));
      return a.transport().connection(PEER).state() == State.UNREACHABLE;
    });
    a.receiver().await("asked five times", () -> {
      a.send(PEER, SampleMessages.heartbeat(1));
      return asked.get() >= 5;
    });
    acceptFrom(server).accept(PEER.name());
  }

  @Test
  void addressThatIsNoneIsExplained() {
    TransportTestHost a = host("n1", settings());
    a.transport().setRoute(PEER, "no port");
    a.receiver().await("unreachable", () -> {
      a.send(PEER, SampleMessages.heartbeat(1));
      return a.transport().connection(PEER).state() == State.UNREACHABLE;
    });
    a.receiver().await("why", () -> a.transport().connection(PEER).detail().contains("host:port"));
  }

  /** Whoever sends to a dead host now and then must not keep old messages for its return. */
  @Test
  void dropsWhileUnreachableAndGoesOnDialling() throws Exception {
    TransportTestHost a =
        host("n1", settings().reconnectDelay(Duration.ofMillis(1), Duration.ofMillis(2)));
    a.transport().setRoute(PEER, "127.0.0.1:" + freePort());
    a.receiver().await("dropped", () -> {
      a.send(PEER, SampleMessages.heartbeat(1));
      return stats(a).droppedUnreachable() > 3;
    });
    long before = stats(a).connectFailures();
    a.receiver().await("more attempts", () -> stats(a).connectFailures() > before + 10);
    assertThat(a.transport().connection(PEER).state())
        .as("while it is being tried again, too")
        .isEqualTo(State.UNREACHABLE);
    assertThat(a.receiver().gone()).as("it was never there").isEmpty();
  }

  /** The pause would be ten minutes, but a peer that dials us is there, and gets an answer to its very first frame. */
  @Test
  void inboundHandshakeEndsPause() throws Exception {
    int port = freePort();
    TransportTestHost a = host("n1", patient());
    a.transport().setRoute(PEER, "127.0.0.1:" + port);
    awaitUnreachable(a, PEER);
    ServerSocket server = listen(port);
    a.receiver().onEachBatch(batch -> a.send(PEER, SampleMessages.heartbeat(2)));
    try (RawPeer dialled = RawPeer.dial(a.transport().localAddress())) {
      byte[] question = Wire.frame(SampleMessages.heartbeat(1));
      dialled.helloAndFrame(PEER.name(), "n1", LaneKind.CONTROL, question);
      acceptControlLane(server);
      a.receiver().await("both lanes", () -> stats(a).connects() == 2);
      a.receiver().await("the answer is sent", () -> stats(a).messagesSent() == 1);
    }
    assertThat(stats(a).droppedUnreachable()).isZero();
  }

  /** An attempt that began before the peer was there fails when it is there already. */
  @Test
  void attemptThatTheHandshakeOvertookIsRepeatedAtOnceAndLosesNothing() throws Exception {
    ServerSocket server = listen();
    CountDownLatch overtaken = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    TransportTestHost a = host("n1", patient().resolver((peer, address) -> {
      if (asked.incrementAndGet() <= 2) {
        await(overtaken);
        throw new UnknownHostException(address);
      }
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
    }));
    a.transport().setRoute(PEER, "somewhere:1");
    // Else a lane's second attempt may be one of the two that are held up, and nothing repeats that
    // one.
    a.receiver().await("both lanes' first attempts", () -> asked.get() == 2);
    RawPeer dialled = RawPeer.dial(a.transport().localAddress());
    assertThat(dialled.hello(PEER.name(), "n1", LaneKind.CONTROL).answer()).isNotNull();
    dialled.send(Wire.frame(SampleMessages.heartbeat(1)));
    a.receiver()
        .await("what follows the handshake", () -> !a.receiver().messages().isEmpty());
    a.send(PEER, SampleMessages.heartbeat(2));
    overtaken.countDown();
    acceptControlLane(server);
    a.receiver().await("both lanes", () -> stats(a).connects() == 2);
    a.receiver().await("sent", () -> stats(a).messagesSent() == 1);
    assertThat(stats(a).droppedUnreachable()).isZero();
    dialled.close();
  }

  /** Whichever comes up last speaks first, and the other's answer is not lost to what it knew of the one before. */
  @Test
  void firstAnswerAfterRestartsInAnyOrderArrives() throws Exception {
    int[] ports = {freePort(), freePort()};
    TransportTestHost first = restarted("n1", ports[0]);
    TransportTestHost second = restarted("n2", ports[1]);
    first.routeTo(second);
    second.routeTo(first);
    for (TransportTestHost one : List.of(first, second)) {
      HostId other = one == first ? second.id() : first.id();
      one.receiver()
          .await("connected", () -> one.transport().connection(other).state() == State.CONNECTED);
    }
    second.close();
    awaitUnreachable(first, second.id());
    second = restarted("n2", ports[1]);
    assertFirstAnswerArrives(second, first);
    first.close();
    second.close();
    second = restarted("n2", ports[1]);
    second.routeTo(first);
    awaitUnreachable(second, first.id());
    first = restarted("n1", ports[0]);
    assertFirstAnswerArrives(first, second);
  }

  private static void assertFirstAnswerArrives(TransportTestHost late, TransportTestHost early) {
    long droppedBefore = stats(early).droppedUnreachable();
    early.receiver().onEachBatch(batch -> early.send(late.id(), SampleMessages.heartbeat(2)));
    late.routeTo(early);
    late.send(early.id(), SampleMessages.heartbeat(1));
    late.receiver().await("the answer", () -> !late.receiver().messages().isEmpty());
    assertThat(stats(early).droppedUnreachable()).isEqualTo(droppedBefore);
  }

  private TransportTestHost restarted(String name, int port) {
    return host(name, patient().bindAddress("127.0.0.1:" + port));
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new AssertionError("the test never opened the latch");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** With these, whatever has to wait for the end of a pause fails its test. */
  private static NettyTransportBuilder patient() {
    return settings().reconnectDelay(Duration.ofMinutes(10), Duration.ofMinutes(10));
  }

  private static void awaitUnreachable(TransportTestHost host, HostId peer) {
    host.receiver()
        .await("unreachable", () -> host.transport().connection(peer).state() == State.UNREACHABLE);
    // The bulk lane, too.
    host.receiver().await("not writable", () -> !host.receiver().writable(peer));
  }
}
