package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.testing.RecordingReceiver;
import io.github.balsaraft.testing.SampleMessages;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Bytes that no host of ours would send. Whatever they are, they end in messages, in the one exception that closes the
 * connection, or in a closed channel, and never in anything else. The seed is fixed; try others with {@code
 * -Dfuzz.seed=...} and longer with {@code -Dfuzz.rounds=...}.
 */
@ExtendWith(NoLeaks.class)
class WireFuzzTest {

  private static final long SEED = Long.getLong("fuzz.seed", 20_260_101);
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 20_000);

  private final Random random = new Random(SEED);
  private final Damage damage = new Damage(random);

  @Test
  void randomBytesAsFrames() {
    int accepted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = new byte[1 + random.nextInt(63)];
      random.nextBytes(bytes);
      accepted += isAccepted(round, bytes) ? 1 : 0;
    }
    assertThat(accepted).as("chance seldom makes a frame").isLessThan(ROUNDS / 20);
  }

  @Test
  void damagedFrames() {
    List<Message> samples = SampleMessages.all();
    int accepted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] frame = Wire.frame(samples.get(random.nextInt(samples.size())));
      byte[] damaged = damage.of(Arrays.copyOfRange(frame, 4, frame.length));
      accepted += isAccepted(round, damaged) ? 1 : 0;
    }
    assertThat(accepted).as("both happen").isBetween(1, ROUNDS - 1);
  }

  private boolean isAccepted(int round, byte[] bytes) {
    try {
      for (GroupMessage message : Wire.read(bytes, new Counters())) {
        // What got through can be sent on.
        assertThat(Wire.frame(List.of(message))).isNotEmpty();
      }
      return true;
    } catch (InvalidProtocolBufferException e) {
      // The connection would be closed.
      return false;
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError("seed " + SEED + ", round " + round, e);
    }
  }

  /** No message and no identity comes out, or it is one that may be here; whoever isn't waited for is told to go. */
  @Test
  void damagedHandshakes() {
    Identity self = new Identity(new HostRecord(new HostId("n1"), 1, null), 1);
    Identity peer = new Identity(new HostRecord(new HostId("n2"), 2, null), 2);
    byte[] hello = Wire.takeBytes(HandshakeCodec.write(
        new Hello(1, 1, peer, new HostId("n1"), LaneKind.BULK), UnpooledByteBufAllocator.DEFAULT));
    int closed = 0;
    for (int round = 0; round < ROUNDS / 4; round++) {
      Counters counters = new Counters();
      List<Hello> accepted = new ArrayList<>();
      RecordingReceiver receiver = new RecordingReceiver();
      EmbeddedChannel channel = new EmbeddedChannel(
          new AcceptHandshake(() -> self, 1000, counters, Wire.LOG, (ctx, it) -> {
            accepted.add(it);
            return decoder(it, receiver);
          }));
      byte[] bytes = damage.of(hello);
      damage.arrive(channel, bytes);
      assertThat(receiver.messages()).as("round %s", round).isEmpty();
      assertThat(accepted).as("round %s", round).hasSizeLessThanOrEqualTo(1);
      for (Hello one : accepted) {
        assertThat(HandshakeRules.judge(one, self))
            .as("round %s: %s", round, one)
            .isNull();
      }
      if (channel.isOpen() && accepted.isEmpty()) {
        assertThat(counters.garbage.sum())
            .as("round %s: waits for the rest", round)
            .isZero();
      }
      closed += channel.isOpen() ? 0 : 1;
      channel.finishAndReleaseAll();
    }
    assertThat(closed).isGreaterThan(ROUNDS / 8);
  }

  /** Streams of frames, cut into pieces where a network would not, with damage in between. */
  @Test
  void damagedStreams() {
    List<Message> samples = SampleMessages.all();
    for (int round = 0; round < ROUNDS / 10; round++) {
      EmbeddedChannel channel = new EmbeddedChannel(decoder(
          new Hello(
              1,
              1,
              new Identity(new HostRecord(new HostId("n2"), 2, null), 2),
              new HostId("n1"),
              LaneKind.BULK),
          new RecordingReceiver()));
      for (int i = 0; i < 10 && channel.isOpen(); i++) {
        byte[] frame = Wire.frame(samples.get(random.nextInt(samples.size())));
        damage.arrive(channel, random.nextInt(5) == 0 ? damage.of(frame) : frame);
      }
      channel.finishAndReleaseAll();
    }
  }

  private static FrameDecoder decoder(Hello hello, RecordingReceiver receiver) {
    Counters counters = new Counters();
    return new FrameDecoder(
        hello.self().host(), 1 << 16, new Deliveries(receiver, counters), counters, Wire.LOG);
  }
}
