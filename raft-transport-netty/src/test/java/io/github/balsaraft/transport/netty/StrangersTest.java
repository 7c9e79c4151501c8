package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.testing.SampleMessages;
import io.github.balsaraft.testing.TransportTestHost;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who connects and isn't a host of ours, or is one and misbehaves. After each of them an honest host gets through. */
@ExtendWith(NoLeaks.class)
class StrangersTest {

  private static final int MAX_FRAME_BYTES = 64 << 10;

  private TransportTestHost host;
  private NettyTransport transport;

  @BeforeEach
  void start() {
    start(Duration.ofSeconds(10));
  }

  private void start(Duration handshakeTimeout) {
    transport = NettyTransport.builder()
        .bindAddress("127.0.0.1:0")
        .maxFrameBytes(MAX_FRAME_BYTES)
        .handshakeTimeout(handshakeTimeout)
        .maxInboundConnections(8, 3)
        .build();
    host = new TransportTestHost(
        new HostRecord(new HostId("n1"), 1, new ClusterIdentity(7, 1)), transport);
  }

  @AfterEach
  void honestHostGetsThroughInTheEnd() throws Exception {
    int before = host.receiver().messages().size();
    try (RawPeer peer = dialHonestly()) {
      peer.send(Wire.frame(SampleMessages.heartbeat(99)));
      host.receiver().await("a message", () -> host.receiver().messages().size() > before);
    }
    host.close();
    assertThat(host.receiver().violations()).isEmpty();
  }

  /** Dials again as long as its hello came too late, as it may where a handshake has a short time and the machine stands still. */
  private RawPeer dialHonestly() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      long late = transport.stats().handshakeTimeouts();
      RawPeer peer = dial();
      Answer answer = null;
      try {
        answer = peer.hello("honest", "n1", LaneKind.CONTROL).answer();
      } catch (SocketException e) {
        // Hung up on, as without an answer.
      }
      if (answer != null) {
        assertThat(answer.refusal()).isNull();
        return peer;
      }
      peer.close();
      assertThat(transport.stats().handshakeTimeouts())
          .as("hung up on only after the time for a handshake")
          .isGreaterThan(late);
      assertThat(System.nanoTime()).as("let in, in time").isLessThan(end);
    }
  }

  private RawPeer dial() throws Exception {
    return RawPeer.dial(transport.localAddress());
  }

  @Test
  void garbageIsHungUpOn() throws Exception {
    try (RawPeer stranger = dial()) {
      stranger.send("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      stranger.awaitClosed();
    }
    assertThat(transport.stats().garbage()).isEqualTo(1);
  }

  /** The first wrong byte is enough; nobody waits for the rest. */
  @Test
  void garbageIsFoundAtItsFirstByte() throws Exception {
    try (RawPeer stranger = dial()) {
      stranger.send(new byte[] {'G'}).awaitClosed();
    }
  }

  @Test
  void overlongHandshakeIsHungUpOn() throws Exception {
    try (RawPeer stranger = dial()) {
      stranger
          .send(new byte[] {'B', 'L', 'S', 'A', 0, 1, (byte) 0xff, (byte) 0xff})
          .awaitClosed();
    }
    assertThat(transport.stats().garbage()).isEqualTo(1);
  }

  @Test
  void malformedHandshakeIsHungUpOn() throws Exception {
    try (RawPeer stranger = dial()) {
      stranger
          .send(new byte[] {'B', 'L', 'S', 'A', 0, 1, 0, 3, (byte) 0xff, (byte) 0xff, (byte) 0xff})
          .awaitClosed();
    }
    assertThat(transport.stats().garbage()).isEqualTo(1);
  }

  @Test
  void halfHandshakeTimesOut() throws Exception {
    host.close();
    start(Duration.ofMillis(100));
    try (RawPeer stranger = dial()) {
      stranger.send(new byte[] {'B', 'L', 'S'}).awaitClosed();
    }
    try (RawPeer silent = dial()) {
      silent.awaitClosed();
    }
    // Begins as clients do, whose handshake is another one.
    try (RawPeer client = dial()) {
      client.send(new byte[] {'B', 'L', 'S', 'C'}).awaitClosed();
    }
    assertThat(transport.stats().handshakeTimeouts()).isEqualTo(3);
  }

  @Test
  void halfHandshakeThatHangsUpIsCounted() throws Exception {
    try (RawPeer stranger = dial()) {
      stranger.send(new byte[] {'B', 'L', 'S'});
    }
    host.receiver().await("the count", () -> transport.stats().garbage() == 1);
  }

  /** A health check of a load balancer, or a peer that wonders whether we live. */
  @Test
  void whoHangsUpWithoutWordIsNotCounted() throws Exception {
    for (int i = 0; i < 20; i++) {
      dial().close();
    }
    assertThat(transport.stats().garbage()).isZero();
  }

  @Test
  void otherVersionIsRefusedWithReason() throws Exception {
    try (RawPeer newer = dial()) {
      newer.send(HandshakeCodec.write(
          new Hello(9, 8, RawPeer.identity("n2"), new HostId("n1"), LaneKind.CONTROL),
          UnpooledByteBufAllocator.DEFAULT));
      Answer answer = Objects.requireNonNull(newer.answer());
      Refusal refusal = Objects.requireNonNull(answer.refusal());
      assertThat(refusal.reason()).isEqualTo(RefusalReason.VERSION);
      assertThat(refusal.detail()).contains("8 to 9").contains("1 to 1");
      assertThat(answer.self().host()).isEqualTo(host.record());
      newer.awaitClosed();
    }
    assertThat(transport.stats().refused()).containsEntry(RefusalReason.VERSION, 1L);
  }

  /** A newer host that still speaks our version is welcome: clusters are upgraded one host at a time. */
  @Test
  void newerHostThatSpeaksOurVersionIsLetIn() throws Exception {
    try (RawPeer newer = dial()) {
      newer.send(HandshakeCodec.write(
          new Hello(9, 1, RawPeer.identity("n2"), new HostId("n1"), LaneKind.CONTROL),
          UnpooledByteBufAllocator.DEFAULT));
      Answer answer = Objects.requireNonNull(newer.answer());
      assertThat(answer.refusal()).isNull();
      assertThat(answer.version()).isEqualTo(1);
    }
  }

  @Test
  void otherProcessWithOurNameIsRefused() throws Exception {
    try (RawPeer twin = dial()) {
      Answer answer = twin.hello("n1", "n1", LaneKind.CONTROL).answer();
      assertThat(
              Objects.requireNonNull(Objects.requireNonNull(answer).refusal()).reason())
          .isEqualTo(RefusalReason.NAME_TAKEN);
    }
  }

  @Test
  void whoWantsAnotherHostIsRefused() throws Exception {
    try (RawPeer lost = dial()) {
      Answer answer = lost.hello("n2", "n3", LaneKind.BULK).answer();
      assertThat(
              Objects.requireNonNull(Objects.requireNonNull(answer).refusal()).reason())
          .isEqualTo(RefusalReason.WRONG_HOST);
      lost.awaitClosed();
    }
  }

  @Test
  void oversizedFrameEndsItsConnection() throws Exception {
    try (RawPeer peer = dial()) {
      peer.hello("n2", "n1", LaneKind.BULK).answer();
      peer.send(new byte[] {0x7f, -1, -1, -1}).awaitClosed();
    }
    try (RawPeer peer = dial()) {
      peer.hello("n2", "n1", LaneKind.BULK).answer();
      peer.send(new byte[] {-1, -1, -1, -1}).awaitClosed();
    }
    assertThat(transport.stats().brokenFrames()).isEqualTo(2);
  }

  @Test
  void frameThatIsNotWellFormedEndsItsConnection() throws Exception {
    try (RawPeer peer = dial()) {
      peer.hello("n2", "n1", LaneKind.BULK).answer();
      peer.send(new byte[] {0, 0, 0, 2, 0x0a, 0x7f}).awaitClosed();
    }
    assertThat(transport.stats().brokenFrames()).isEqualTo(1);
  }

  @Test
  void unknownKindKeepsItsConnection() throws Exception {
    try (RawPeer newer = dial()) {
      newer.hello("n2", "n1", LaneKind.CONTROL).answer();
      // An envelope with nothing but field 60, whatever that will be.
      newer.send(new byte[] {0, 0, 0, 5, 0x0a, 3, (byte) 0xe2, 0x03, 0});
      newer.send(Wire.frame(SampleMessages.heartbeat(5)));
      host.receiver().await("the known one", () -> host.receiver().messages().size() == 1);
    }
    assertThat(transport.stats().unknownMessages()).isEqualTo(1);
  }

  /** A hello and the first frame in one packet, or the hello in bytes: both are what a network may do. */
  @Test
  void handshakeMayComeInPiecesOrWithTheFirstFrame() throws Exception {
    byte[] hello = Wire.takeBytes(HandshakeCodec.write(
        new Hello(1, 1, RawPeer.identity("n2"), new HostId("n1"), LaneKind.CONTROL),
        UnpooledByteBufAllocator.DEFAULT));
    try (RawPeer slow = dial()) {
      for (byte b : hello) {
        slow.send(new byte[] {b});
      }
      assertThat(slow.answer()).isNotNull();
    }
    try (RawPeer fast = dial()) {
      byte[] frame = Wire.frame(SampleMessages.heartbeat(5));
      byte[] both = java.util.Arrays.copyOf(hello, hello.length + frame.length);
      System.arraycopy(frame, 0, both, hello.length, frame.length);
      fast.send(both);
      host.receiver().await("the frame", () -> host.receiver().messages().size() == 1);
    }
  }

  @Test
  void tooManySilentConnectionsMakeWayForTheNext() throws Exception {
    List<RawPeer> silent = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      silent.add(dial());
    }
    silent.get(0).awaitClosed();
    assertThat(transport.stats().inboundRejected()).isPositive();
    for (RawPeer stranger : silent) {
      stranger.close();
    }
  }

  @Test
  void connectionsOfHostsAreBounded() throws Exception {
    List<RawPeer> peers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      RawPeer peer = dial();
      assertThat(peer.hello("m" + i, "n1", LaneKind.CONTROL).answer()).isNotNull();
      peers.add(peer);
    }
    try (RawPeer tooMany = dial()) {
      tooMany.awaitClosed();
    }
    for (RawPeer peer : peers) {
      peer.close();
    }
    host.receiver().await("room again", () -> {
      try (RawPeer next = dial()) {
        return next.hello("m9", "n1", LaneKind.CONTROL).answer() != null;
      } catch (java.net.SocketException e) {
        return false;
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    });
  }
}
