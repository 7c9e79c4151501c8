package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.testing.SampleMessages;
import io.github.balsaraft.transport.netty.wire.v1.Messages;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Our own writer and reader of messages against each other, and against the classes that protoc made. */
@ExtendWith(NoLeaks.class)
class WireFormatTest {

  private final Counters counters = new Counters();

  static List<Message> samples() {
    return SampleMessages.all();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void readsWhatItWrote(Message sample) throws Exception {
    GroupMessage message = Wire.inGroup(Long.MAX_VALUE, sample);
    List<GroupMessage> read = Wire.read(content(Wire.frame(List.of(message))), counters);
    assertThat(read).hasSize(1);
    assertThat(read.get(0))
        .usingRecursiveComparison()
        .withEqualsForType(EntryBatch::equals, EntryBatch.class)
        .withStrictTypeChecking()
        .isEqualTo(message);
  }

  /** The second opinion on both length and bytes: generated code reads ours and writes the same. */
  @ParameterizedTest
  @MethodSource("samples")
  void writesWhatGeneratedCodeWrites(Message sample) throws Exception {
    byte[] ours = content(Wire.frame(List.of(Wire.inGroup(3, sample))));
    Messages.Frame parsed = Messages.Frame.parseFrom(ours);
    assertThat(parsed.toByteArray()).isEqualTo(ours);
    Messages.Envelope envelope = parsed.getMessages(0);
    assertThat(envelope.getKindCase().name().replace("_", ""))
        .isEqualToIgnoringCase(sample.getClass().getSimpleName());
    assertThat(hasUnknownFields(envelope)).isFalse();
  }

  private static boolean hasUnknownFields(com.google.protobuf.Message message) {
    return !message.getUnknownFields().asMap().isEmpty()
        || message.getAllFields().values().stream()
            .flatMap(
                value -> value instanceof List<?> list ? list.stream() : List.of(value).stream())
            .anyMatch(value ->
                value instanceof com.google.protobuf.Message nested && hasUnknownFields(nested));
  }

  @Test
  void severalMessagesShareFrame() throws Exception {
    List<GroupMessage> messages = IntStream.range(0, 1000)
        .mapToObj(i -> Wire.inGroup(i, SampleMessages.heartbeat(i)))
        .toList();
    assertThat(Wire.read(content(Wire.frame(messages)), counters)).isEqualTo(messages);
  }

  /** Bytes of a batch are the stored ones, so that checksums reach from the proposer to each disk. */
  @Test
  void batchTravelsInItsStoredForm() throws Exception {
    EntryBatch batch =
        Payloads.single(EntryType.COMMAND, new byte[300]).place(new EntryId(1, 1), 5);
    Message append = SampleMessages.append(1, 300);
    Messages.AppendEntries parsed =
        Messages.Frame.parseFrom(content(Wire.frame(append))).getMessages(0).getAppendEntries();
    assertThat(parsed.getBatches(0).size()).isEqualTo(batch.sizeInBytes());
    assertThat(EntryBatch.decode(parsed.getBatches(0).toByteArray()).count()).isEqualTo(1);
  }

  /** What a frame is read from is used again for the next. */
  @Test
  void nextFrameLeavesTheEntriesOfTheLastAlone() throws Exception {
    Message first = appendOf(300, 7);
    List<GroupMessage> read = Wire.read(content(Wire.frame(first)), counters);

    Wire.read(content(Wire.frame(appendOf(300, 8))), counters);

    assertThat(read).containsExactly(Wire.inGroup(0, first));
  }

  @Test
  void framesMayBeOfAnyLengthInAnyOrder() throws Exception {
    for (int bytes : new int[] {1, 100 << 10, 5 << 20, 100, 3 << 20, 3}) {
      Message message = appendOf(bytes, bytes);

      assertThat(Wire.read(content(Wire.frame(message)), counters))
          .containsExactly(Wire.inGroup(0, message));
    }
  }

  private static Message appendOf(int bytes, int fill) {
    byte[] command = new byte[bytes];
    Arrays.fill(command, (byte) fill);
    return new AppendEntries(
        new ReplicaId(1),
        new ReplicaId(2),
        1,
        1,
        EntryId.NONE,
        List.of(Payloads.single(EntryType.COMMAND, command).place(new EntryId(1, 1), 5)),
        0);
  }

  @Test
  void kindOfNewerVersionIsDroppedAndTheRestRead() throws Exception {
    UnknownFieldSet newKind = UnknownFieldSet.newBuilder()
        .addField(
            1000,
            UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFromUtf8("anything"))
                .build())
        .build();
    Messages.Frame frame = Messages.Frame.newBuilder()
        .addMessages(Messages.Envelope.newBuilder().setGroup(4).setUnknownFields(newKind))
        .addMessages(Messages.Envelope.newBuilder().setGroup(4))
        .mergeFrom(content(Wire.frame(SampleMessages.heartbeat(8))))
        .build();
    assertThat(Wire.read(frame.toByteArray(), counters))
        .containsExactly(Wire.inGroup(0, SampleMessages.heartbeat(8)));
    assertThat(counters.read().unknownMessages()).isEqualTo(2);
    assertThat(counters.read().malformedMessages()).isZero();
  }

  @Test
  void fieldOfNewerVersionIsSkipped() throws Exception {
    UnknownFieldSet added = UnknownFieldSet.newBuilder()
        .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(-1).build())
        .addField(98, UnknownFieldSet.Field.newBuilder().addFixed32(7).build())
        .addField(
            97,
            UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.EMPTY)
                .build())
        .build();
    Messages.Frame.Builder frame =
        Messages.Frame.parseFrom(content(Wire.frame(SampleMessages.heartbeat(8)))).toBuilder();
    frame.setUnknownFields(added).getMessagesBuilder(0).setUnknownFields(added);
    frame.getMessagesBuilder(0).getHeartbeatBuilder().setUnknownFields(added);
    assertThat(Wire.read(frame.build().toByteArray(), counters))
        .containsExactly(Wire.inGroup(0, SampleMessages.heartbeat(8)));
  }

  @Test
  void entryThatFailsItsChecksumCostsOneMessage() throws Exception {
    Messages.Frame.Builder frame = Messages.Frame.parseFrom(content(Wire.frame(List.of(
            Wire.inGroup(0, SampleMessages.append(1, 50)),
            Wire.inGroup(1, SampleMessages.heartbeat(2))))))
        .toBuilder();
    byte[] batch = frame.getMessages(0).getAppendEntries().getBatches(0).toByteArray();
    batch[batch.length - 1] ^= 1;
    frame.getMessagesBuilder(0).getAppendEntriesBuilder().setBatches(0, ByteString.copyFrom(batch));
    assertThat(Wire.read(frame.build().toByteArray(), counters))
        .containsExactly(Wire.inGroup(1, SampleMessages.heartbeat(2)));
    assertThat(counters.read().malformedMessages()).isEqualTo(1);
  }

  @Test
  void messageThatContradictsItselfIsDropped() throws Exception {
    Messages.Frame frame = Messages.Frame.newBuilder()
        .addMessages(Messages.Envelope.newBuilder()
            .setRequestVote(
                Messages.RequestVote.newBuilder().setFrom(1).setTo(2).setLastIndex(5)))
        .addMessages(Messages.Envelope.newBuilder().setHeartbeat(Messages.Heartbeat.newBuilder()))
        .addMessages(Messages.Envelope.newBuilder()
            .setGroup(-1)
            .setHeartbeat(Messages.Heartbeat.newBuilder().setFrom(1).setTo(2)))
        .build();
    assertThat(Wire.read(frame.toByteArray(), counters)).isEmpty();
    assertThat(counters.read().malformedMessages()).isEqualTo(3);
  }

  @Test
  void codeOfNewerVersionIsDropped() throws Exception {
    Messages.Frame frame = Messages.Frame.newBuilder()
        .addMessages(Messages.Envelope.newBuilder()
            .setJoinAnswer(Messages.JoinAnswer.newBuilder().setReplica(1).setStatus(99)))
        .build();
    assertThat(Wire.read(frame.toByteArray(), counters)).isEmpty();
    assertThat(counters.read().unknownMessages()).isEqualTo(1);
  }

  /** A length that leads out of its surroundings means that nothing behind it can be trusted either. */
  @Test
  void cutOffFrameIsNotWellFormed() {
    byte[] whole = content(Wire.frame(SampleMessages.append(1, 100)));
    for (int length = 1; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> Wire.read(part, counters))
          .isInstanceOf(InvalidProtocolBufferException.class);
    }
  }

  private static byte[] content(byte[] frame) {
    return Arrays.copyOfRange(frame, FrameWriter.LENGTH_BYTES, frame.length);
  }
}
