package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.testing.GoldenBytes;
import io.github.balsaraft.testing.SampleMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Bytes that hosts of other versions send and expect. A change here is a change of the protocol. */
class WireGoldenTest {

  private static final Path MESSAGES = Path.of("src/test/testdata/wire/messages-v1.txt");
  private static final Path HANDSHAKES = Path.of("src/test/testdata/wire/handshakes-v1.txt");

  private static final Identity MEMBER = new Identity(
      new HostRecord(new HostId("n1"), 0x0102_0304_0506_0708L, new ClusterIdentity(-7, 3)), 99);
  private static final Identity UNBORN =
      new Identity(new HostRecord(new HostId("n-2.example"), -1, null), Long.MIN_VALUE);

  @Test
  void messages() throws Exception {
    Map<String, byte[]> frames = new LinkedHashMap<>();
    Map<String, Message> samples = new LinkedHashMap<>();
    for (Message sample : SampleMessages.all()) {
      String kind = sample.getClass().getSimpleName();
      String name = kind + "-"
          + (1
              + samples.keySet().stream()
                  .filter(other -> other.startsWith(kind + "-"))
                  .count());
      samples.put(name, sample);
      frames.put(name, Wire.frame(List.of(Wire.inGroup(300, sample))));
    }
    GoldenBytes.assertMatches(
        MESSAGES, "Length and frame of one message each, as sent in protocol version 1.", frames);
    Map<String, byte[]> golden = GoldenBytes.read(MESSAGES);
    for (Map.Entry<String, Message> sample : samples.entrySet()) {
      byte[] frame = golden.get(sample.getKey());
      assertThat(Wire.read(Arrays.copyOfRange(frame, 4, frame.length), new Counters()))
          .usingRecursiveComparison()
          .withEqualsForType(EntryBatch::equals, EntryBatch.class)
          .isEqualTo(List.of(Wire.inGroup(300, sample.getValue())));
    }
  }

  @Test
  void handshakes() throws Exception {
    List<Hello> hellos = List.of(
        new Hello(1, 1, MEMBER, new HostId("n2"), LaneKind.CONTROL),
        new Hello(1, 1, UNBORN, new HostId("n1"), LaneKind.BULK));
    List<Answer> answers = new ArrayList<>();
    answers.add(new Answer(1, UNBORN, null));
    for (RefusalReason reason : RefusalReason.values()) {
      if (reason != RefusalReason.OTHER) {
        answers.add(new Answer(1, MEMBER, new Refusal(reason, "because")));
      }
    }
    Map<String, byte[]> bytes = new LinkedHashMap<>();
    for (Hello hello : hellos) {
      bytes.put(
          "hello-" + hello.lane(),
          Wire.takeBytes(HandshakeCodec.write(hello, UnpooledByteBufAllocator.DEFAULT)));
    }
    for (Answer answer : answers) {
      Refusal refusal = answer.refusal();
      bytes.put(
          "answer-" + (refusal == null ? "ACCEPTED" : refusal.reason()),
          Wire.takeBytes(HandshakeCodec.write(answer, UnpooledByteBufAllocator.DEFAULT)));
    }
    GoldenBytes.assertMatches(
        HANDSHAKES, "Both sides of handshakes, as sent in protocol version 1.", bytes);

    List<Object> read = new ArrayList<>();
    for (Map.Entry<String, byte[]> golden : GoldenBytes.read(HANDSHAKES).entrySet()) {
      ByteBuf in = Unpooled.wrappedBuffer(golden.getValue());
      HandshakeFrame frame = Objects.requireNonNull(HandshakeCodec.read(in));
      assertThat(in.isReadable()).isFalse();
      read.add(
          golden.getKey().startsWith("hello")
              ? HandshakeCodec.toHello(frame)
              : HandshakeCodec.toAnswer(frame));
    }
    List<Object> expected = new ArrayList<>(hellos);
    expected.addAll(answers);
    assertThat(read).isEqualTo(expected);
  }
}
