package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.testing.SampleMessages;
import io.github.balsaraft.transport.netty.GoneDetector.Verdict;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientAnswer;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientRequest;
import io.github.balsaraft.transport.netty.wire.v1.Clients.ClientWelcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts that need no socket. */
class NettyPartsTest {

  @Nested
  class GoneDetectorTest {
    private final GoneDetector detector = new GoneDetector();

    @Test
    void refusalAfterLossMeansGoneAndOnlyOnce() {
      detector.connected();
      assertThat(detector.connectionLost()).isTrue();
      assertThat(detector.attemptFailed(true, false)).isEqualTo(Verdict.GONE);
      assertThat(detector.attemptFailed(true, false)).isEqualTo(Verdict.NOTHING);
      assertThat(detector.connectionLost())
          .as("the other connection broke, too")
          .isFalse();
    }

    @Test
    void refusalOfPeerThatWasNeverHereMeansNothing() {
      assertThat(detector.connectionLost()).isFalse();
      assertThat(detector.attemptFailed(true, false)).isEqualTo(Verdict.NOTHING);
    }

    @Test
    void lossOfInboundConnectionCountsToo() {
      detector.heardFrom();
      assertThat(detector.connectionLost()).isTrue();
      assertThat(detector.attemptFailed(true, false)).isEqualTo(Verdict.GONE);
    }

    @Test
    void reconnectEndsSuspicion() {
      detector.connected();
      detector.connectionLost();
      detector.connected();
      assertThat(detector.attemptFailed(true, false)).isEqualTo(Verdict.NOTHING);
    }

    @Test
    void onlyTheImmediateAttemptCounts() {
      detector.connected();
      detector.connectionLost();
      assertThat(detector.attemptFailed(false, false)).isEqualTo(Verdict.NOTHING);
      assertThat(detector.attemptFailed(true, false)).isEqualTo(Verdict.NOTHING);
    }

    /** While a process ends, its listening socket may outlive its connections by a moment. */
    @Test
    void droppedAttemptIsRepeatedSoonButNotForever() {
      detector.connected();
      detector.connectionLost();
      assertThat(detector.attemptFailed(false, true)).isEqualTo(Verdict.RETRY_QUICKLY);
      assertThat(detector.attemptFailed(true, false)).isEqualTo(Verdict.GONE);
      detector.connected();
      detector.connectionLost();
      int retries = 0;
      while (detector.attemptFailed(false, true) == Verdict.RETRY_QUICKLY) {
        retries++;
      }
      assertThat(retries).isBetween(1, 10);
    }

    @Test
    void otherAddressIsAnotherStory() {
      detector.connected();
      detector.forget();
      assertThat(detector.connectionLost()).isFalse();
    }
  }

  @Nested
  class BackoffTest {
    @Test
    void doublesUpToItsBoundAndStartsAgain() {
      Backoff backoff = new Backoff(50, 2000, () -> 0);
      long[] delays = new long[8];
      for (int i = 0; i < delays.length; i++) {
        delays[i] = backoff.nextDelayMillis();
      }
      assertThat(delays).containsExactly(50, 100, 200, 400, 800, 1600, 2000, 2000);
      backoff.reset();
      assertThat(backoff.nextDelayMillis()).isEqualTo(50);
    }

    @Test
    void jitterTakesOffUpToHalf() {
      assertThat(new Backoff(50, 2000, () -> 1).nextDelayMillis()).isEqualTo(25);
      assertThat(new Backoff(1, 1, () -> 1).nextDelayMillis()).isEqualTo(1);
    }
  }

  @Nested
  class HostPortTest {
    @ParameterizedTest
    @CsvSource({"localhost:7000,localhost,7000", "10.0.0.1:0,10.0.0.1,0", "[::1]:65535,::1,65535"})
    void takesAddressApartAndPutsItTogether(String text, String host, int port) {
      assertThat(HostPort.parse(text)).isEqualTo(new HostPort(host, port));
      assertThat(HostPort.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"", "host", ":1", "host:", "host:x", "host:65536", "host:-1", "::1:7000"})
    void refusesWhatIsNoAddress(String text) {
      assertThatThrownBy(() -> HostPort.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("\"" + text + "\"");
    }
  }

  @Nested
  class PerSubjectLogTest {
    private final PerSubjectLog log = Wire.LOG;

    @Test
    void oneLinePerSubjectAndHalfMinute() {
      long start = System.nanoTime();
      assertThat(log.leftOutBefore("x", start)).isZero();
      assertThat(log.leftOutBefore("y", start)).isZero();
      assertThat(log.leftOutBefore("x", start + 1)).isEqualTo(-1);
      assertThat(log.leftOutBefore("x", start + 2)).isEqualTo(-1);
      long later = start + TimeUnit.SECONDS.toNanos(31);
      assertThat(log.leftOutBefore("x", later)).as("says how many it left out").isEqualTo(2);
      assertThat(log.leftOutBefore("x", later + 1)).isEqualTo(-1);
    }
  }

  @Nested
  class HandshakeRulesTest {
    private final Identity self = identity("n1", 7, 1, 1);

    @ParameterizedTest
    @CsvSource({
      "1,1,n1,n2,7,1,",
      "1,1,n1,n2,0,0,",
      "9,1,n1,n2,7,1,",
      "1,1,n3,n2,7,1,WRONG_HOST",
      "1,1,n1,n2,8,1,WRONG_CLUSTER",
      "1,1,n1,n2,7,2,WRONG_EPOCH",
      "9,9,n1,n2,7,1,VERSION",
      "0,0,n1,n2,7,1,VERSION",
      "1,1,n1,n1,7,1,NAME_TAKEN",
    })
    void dialledSideJudges(
        int newest,
        int oldest,
        String wanted,
        String dialler,
        long cluster,
        int epoch,
        @Nullable RefusalReason expected) {
      Hello hello = new Hello(
          newest, oldest, identity(dialler, cluster, epoch, 2), new HostId(wanted), LaneKind.BULK);
      assertThat(reason(HandshakeRules.judge(hello, self))).isEqualTo(expected);
    }

    @Test
    void hostMayDialItself() {
      Hello hello = new Hello(1, 1, self, new HostId("n1"), LaneKind.BULK);
      assertThat(HandshakeRules.judge(hello, self)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
      "1,n2,7,1,",
      "1,n2,0,0,",
      "1,n3,7,1,WRONG_HOST",
      "1,n2,8,1,WRONG_CLUSTER",
      "1,n2,7,2,WRONG_EPOCH",
      "2,n2,7,1,VERSION"
    })
    void diallingSideJudges(
        int version, String there, long cluster, int epoch, @Nullable RefusalReason expected) {
      Answer answer = new Answer(version, identity(there, cluster, epoch, 2), null);
      assertThat(reason(HandshakeRules.judge(answer, self, new HostId("n2")))).isEqualTo(expected);
    }

    private static @Nullable RefusalReason reason(@Nullable Refusal refusal) {
      return refusal == null ? null : refusal.reason();
    }

    private static Identity identity(String host, long cluster, int epoch, long run) {
      ClusterIdentity identity = cluster == 0 ? null : new ClusterIdentity(cluster, epoch);
      return new Identity(new HostRecord(new HostId(host), 1, identity), run);
    }
  }

  @Nested
  class InboundConnectionsTest {
    private final InboundConnections connections = new InboundConnections(3, 2);
    private final EmbeddedChannel first = new EmbeddedChannel();
    private final EmbeddedChannel second = new EmbeddedChannel();
    private final EmbeddedChannel third = new EmbeddedChannel();
    private final EmbeddedChannel fourth = new EmbeddedChannel();
    private final HostId peer = new HostId("n1");

    /** Returns which it replaces. */
    private @Nullable Channel established(Channel channel, LaneKind lane, String saidAddress) {
      InboundConnections.Established replaced =
          connections.established(channel, RawPeer.identity("n1"), lane, saidAddress);
      return replaced == null ? null : replaced.channel();
    }

    /** Who connects and says nothing makes way for who comes next. */
    @Test
    void oldestWithoutHandshakeMakesWay() {
      assertThat(connections.accepted(first)).isNull();
      assertThat(connections.accepted(second)).isNull();
      assertThat(connections.accepted(third)).isSameAs(first);
    }

    @Test
    void boundHoldsForAllTogether() {
      connections.accepted(first);
      established(first, LaneKind.CONTROL, "");
      connections.accepted(second);
      established(second, LaneKind.BULK, "");
      assertThat(connections.accepted(third)).isNull();
      assertThat(connections.accepted(fourth)).isSameAs(fourth);
      connections.closed(third);
      assertThat(connections.accepted(fourth)).isNull();
    }

    @Test
    void newerConnectionOfOnePeerAndLaneReplacesOlder() {
      connections.accepted(first);
      assertThat(established(first, LaneKind.CONTROL, "")).isNull();
      connections.accepted(second);
      assertThat(established(second, LaneKind.CONTROL, "")).isSameAs(first);
      assertThat(connections.closed(first, peer, LaneKind.CONTROL))
          .as("was replaced")
          .isFalse();
      assertThat(connections.closed(second, peer, LaneKind.CONTROL)).isTrue();
      assertThat(connections.size()).isZero();
    }

    /** Two of them may come on two event loops, and be dealt with in any order afterwards. */
    @Test
    void presentConnectionSaysWhereItsPeerIs() {
      assertThat(connections.saidAddress(peer)).isNull();
      established(first, LaneKind.CONTROL, "here:1");
      established(third, LaneKind.BULK, "");
      assertThat(connections.saidAddress(peer)).isEqualTo("here:1");
      established(second, LaneKind.CONTROL, "there:1");
      assertThat(connections.closed(first, peer, LaneKind.CONTROL)).isFalse();
      assertThat(connections.saidAddress(peer)).isEqualTo("there:1");
      established(fourth, LaneKind.CONTROL, "");
      assertThat(connections.saidAddress(peer)).isNull();
      established(first, LaneKind.CONTROL, "here:1");
      assertThat(connections.closed(first, peer, LaneKind.CONTROL)).isTrue();
      assertThat(connections.saidAddress(peer)).isNull();
    }
  }

  @Nested
  class SendQueueTest {
    @Test
    void countsBytesUntilTheyAreReleased() {
      QueuedMessage message = QueuedMessage.measure(Wire.inGroup(0, SampleMessages.heartbeat(1)));
      SendQueue queue = new SendQueue(2L * message.frameBytes());
      assertThat(queue.offer(message)).isTrue();
      assertThat(queue.offer(message)).isTrue();
      assertThat(queue.offer(message)).isFalse();
      queue.poll();
      assertThat(queue.offer(message)).as("taken, not yet written").isFalse();
      queue.release(message.frameBytes());
      assertThat(queue.offer(message)).isTrue();
      assertThat(queue.clear()).isEqualTo(2);
      assertThat(queue.pendingBytes()).isZero();
    }

    @Test
    void singleMessageMayExceedTheBound() {
      SendQueue queue = new SendQueue(1);
      assertThat(queue.offer(QueuedMessage.measure(Wire.inGroup(0, SampleMessages.heartbeat(1)))))
          .isTrue();
    }

    @Test
    void oneWakeUpForMany() {
      SendQueue queue = new SendQueue(1);
      assertThat(queue.takeWakeUp()).isTrue();
      assertThat(queue.takeWakeUp()).isFalse();
      queue.awake();
      assertThat(queue.takeWakeUp()).isTrue();
    }
  }

  @Nested
  class ClientConnectionTest {
    /** What was never sent must not be waited for: the connection would be taken for dead. */
    @Test
    void aRequestThatCannotBePackedFailsAndTheNextIsAnswered() throws Exception {
      ClientConnection connection =
          new ClientConnection("a:1", 1 << 20, Long.MAX_VALUE, (one, cluster) -> {}, one -> {});
      EmbeddedChannel channel = new EmbeddedChannel(connection);
      channel.<ByteBuf>readOutbound().release();
      channel.writeInbound(ClientCodec.handshake(
          ClientWelcome.newBuilder()
              .setHost("n1")
              .setClusterId(7)
              .setClusterEpoch(1)
              .build(),
          UnpooledByteBufAllocator.DEFAULT));
      ByteBufAllocator before = channel.alloc();
      channel.config().setAllocator(new ExhaustedAllocator());
      assertThat(connection.ask(ClientRequest.newBuilder().setMembers(true)))
          .isCompletedExceptionally();
      channel.config().setAllocator(before);
      CompletableFuture<ClientAnswer> next =
          connection.ask(ClientRequest.newBuilder().setMembers(true));
      ByteBuf request = channel.readOutbound();
      long id = ClientRequest.parseFrom(ClientCodec.readFrame(request, 1 << 20)).getId();
      request.release();
      channel.writeInbound(ClientCodec.frame(
          ClientAnswer.newBuilder().setId(id).build(), UnpooledByteBufAllocator.DEFAULT));
      assertThat(next).isCompleted();
      channel.finishAndReleaseAll();
    }
  }

  @Nested
  class FrameWriterTest {
    /** As when direct memory has run out: the messages are lost, the room in the queue isn't. */
    @Test
    void whatCannotBePackedGivesItsRoomBack() {
      QueuedMessage message = QueuedMessage.measure(Wire.inGroup(0, SampleMessages.heartbeat(1)));
      SendQueue queue = new SendQueue(1 << 20);
      queue.offer(message);
      queue.offer(message);
      FrameWriter writer = new FrameWriter(1 << 20);
      assertThatThrownBy(() -> writer.next(queue, new ExhaustedAllocator()))
          .isInstanceOf(OutOfMemoryError.class);
      assertThat(queue.pendingBytes()).isZero();
      assertThat(writer.next(queue, new ExhaustedAllocator()))
          .as("nothing is left of them")
          .isNull();
    }
  }

  @Nested
  class EventLoopsTest {
    /** Else a client that vanished with answers under way would hold its place for a quarter of an hour. */
    @Test
    void whoeverAcknowledgesNothingIsGivenUpWhoeverDialled() {
      assumeThat(Epoll.isAvailable()).as("sockets that know of it").isTrue();
      EventLoops loops = new EventLoops(1, "test");
      try {
        assertThat(loops.server().config().childOptions())
            .containsEntry(EpollChannelOption.TCP_USER_TIMEOUT, 10_000);
      } finally {
        loops.close();
      }
    }
  }

  @Nested
  class BuilderTest {
    @Test
    void refusesContradictions() {
      assertThatThrownBy(() -> NettyTransport.builder().build())
          .hasMessageContaining("bindAddress");
      assertThatThrownBy(() -> NettyTransport.builder().bindAddress("0.0.0.0:1").build())
          .hasMessageContaining("advertisedAddress");
      assertThatThrownBy(() -> NettyTransport.builder().maxFrameBytes(10))
          .hasMessageContaining("maxFrameBytes");
      assertThatThrownBy(() ->
              NettyTransport.builder().reconnectDelay(Duration.ofSeconds(2), Duration.ofSeconds(1)))
          .hasMessageContaining("reconnectDelay");
    }
  }
}
