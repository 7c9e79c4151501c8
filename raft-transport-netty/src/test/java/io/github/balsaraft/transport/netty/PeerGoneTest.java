package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.SampleMessages;
import io.github.balsaraft.testing.TransportTestHost;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** When it is said that a peer is gone which has left something to be read. */
@ExtendWith(NoLeaks.class)
class PeerGoneTest extends NettyHosts {

  /**
   * Megabytes of a dead leader's entries lie in the sockets when its process is known to be gone. A follower that got them afterwards
   * would take it for alive, and wait for a whole election timeout.
   */
  @Test
  void whatAPeerHasSentIsReadBeforeItIsGone() throws Exception {
    // The hint waits for so long at most: where a machine was too slow for that it is tried anew.
    int attempts = 1;
    while (!isReadInTimeBeforeItIsGone()) {
      assertThat(attempts++).as("attempts").isLessThan(3);
    }
  }

  /** Whether all was read in a time for which the hint waits. Then it has been asserted that the hint came after that. */
  private boolean isReadInTimeBeforeItIsGone() throws Exception {
    TransportTestHost a = host("n1", settings());
    AtomicInteger afterwards = new AtomicInteger();
    a.receiver().onEachBatch(batch -> {
      if (!a.receiver().gone().isEmpty()) {
        afterwards.incrementAndGet();
      }
      long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1);
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
    });
    ServerSocket server = listen();
    a.transport().setRoute(PEER, "127.0.0.1:" + server.getLocalPort());
    RawPeer control = acceptControlLane(server);
    a.receiver().await("connected", () -> stats(a).connects() == 2);
    int frames = 400;
    byte[] frame = Wire.frame(SampleMessages.append(1, 16 << 10));
    RawPeer dialledControl = dialAs(a, LaneKind.CONTROL);
    RawPeer dialledBulk = dialAs(a, LaneKind.BULK);
    for (int sent = 0; sent < frames; sent++) {
      dialledBulk.send(frame);
    }
    server.close();
    dialledControl.close();
    dialledBulk.close();
    long resetNanos = System.nanoTime();
    control.reset();
    a.receiver().await("all", () -> a.receiver().messages().size() == frames);
    boolean inTime = System.nanoTime() - resetNanos < TimeUnit.MILLISECONDS.toNanos(1500);
    a.receiver().await("the hint", () -> !a.receiver().gone().isEmpty());
    assertThat(a.receiver().gone()).containsExactly(PEER);
    if (inTime) {
      assertThat(afterwards).hasValue(0);
    }
    return inTime;
  }

  private static RawPeer dialAs(TransportTestHost host, LaneKind lane) throws Exception {
    RawPeer dialled = RawPeer.dial(host.transport().localAddress());
    assertThat(dialled.hello(PEER.name(), host.id().name(), lane).answer()).isNotNull();
    return dialled;
  }

  /** One that the peer has dialled and whose end was swallowed on the way holds the hint up for a moment only. */
  @Test
  void aConnectionThatNeverEndsIsWaitedForNoLongerThanItIsSilent() throws Exception {
    TransportTestHost a =
        host("n1", settings().reconnectDelay(Duration.ofMinutes(1), Duration.ofMinutes(1)));
    ServerSocket server = listen();
    a.transport().setRoute(PEER, "127.0.0.1:" + server.getLocalPort());
    RawPeer control = acceptControlLane(server);
    a.receiver().await("connected", () -> stats(a).connects() == 2);
    try (RawPeer dialled = dialAs(a, LaneKind.BULK)) {
      long sentNanos = System.nanoTime();
      dialled.send(Wire.frame(SampleMessages.heartbeat(1)));
      a.receiver().await("the message", () -> a.receiver().messages().size() == 1);
      server.close();
      control.reset();
      a.receiver().await("the hint", () -> !a.receiver().gone().isEmpty());
      assertThat(System.nanoTime() - sentNanos)
          .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
      assertThat(stats(a).peersGone()).isEqualTo(1);
    }
  }
}
