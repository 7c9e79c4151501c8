package io.github.balsaraft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.testing.SampleMessages;
import io.github.balsaraft.testing.TransportTestHost;
import io.github.balsaraft.transport.UnreadableEntries;
import io.github.balsaraft.transport.netty.wire.v1.Messages;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Entries of a type or format that only a newer version knows: never skipped, never taken for damage. */
@ExtendWith(NoLeaks.class)
class NewerEntriesTest extends NettyHosts {

  private static final ReplicaId TO = new ReplicaId(2);

  /** The stored form of one entry of index and term 1, with another value at a position of its header. */
  private static ByteString changed(int position, int value, boolean checksumIsRight) {
    byte[] stored = SampleMessages.append(1, 20).batches().get(0).encode();
    stored[position] = (byte) value;
    if (checksumIsRight) {
      CRC32C crc = new CRC32C();
      crc.update(stored, 0, EntryBatch.HEADER_BYTES - 4);
      ByteBuffer.wrap(stored).putInt(EntryBatch.HEADER_BYTES - 4, (int) crc.getValue());
    }
    return ByteString.copyFrom(stored);
  }

  private static Messages.Envelope append(ByteString batch) {
    return Messages.Envelope.newBuilder()
        .setGroup(7)
        .setAppendEntries(Messages.AppendEntries.newBuilder()
            .setFrom(1)
            .setTo(TO.value())
            .setTerm(5)
            .setSession(1)
            .addBatches(batch))
        .build();
  }

  private static Messages.Envelope birthAnswer(ByteString founding) {
    return Messages.Envelope.newBuilder()
        .setGroup(7)
        .setBirthAnswer(Messages.BirthAnswer.newBuilder()
            .setAsker(TO.value())
            .setClusterId(4)
            .setClusterEpoch(1)
            .setFounding(founding))
        .build();
  }

  private static byte[] frameOf(Messages.Envelope... envelopes) {
    Messages.Frame.Builder frame = Messages.Frame.newBuilder();
    for (Messages.Envelope envelope : envelopes) {
      frame.addMessages(envelope);
    }
    byte[] content = frame.build().toByteArray();
    return ByteBuffer.allocate(FrameWriter.LENGTH_BYTES + content.length)
        .putInt(content.length)
        .put(content)
        .array();
  }

  @Test
  void areReportedToTheirGroupAndTheConnectionGoesOn() throws Exception {
    TransportTestHost a = host("n1", settings());
    try (RawPeer peer = RawPeer.dial(a.transport().localAddress())) {
      assertThat(peer.hello(PEER.name(), "n1", LaneKind.BULK).answer()).isNotNull();
      peer.send(frameOf(append(changed(1, 99, true)), append(changed(0, 2, true))));
      peer.send(frameOf(birthAnswer(changed(1, 200, true))));
      peer.send(Wire.frame(SampleMessages.heartbeat(1)));
      a.receiver()
          .await("what comes behind them", () -> !a.receiver().messages().isEmpty());
    }
    assertThat(a.receiver().messages()).containsExactly(SampleMessages.heartbeat(1));
    assertThat(a.receiver().unreadable())
        .containsExactly(
            unreadable(5, "entry 1 of term 1 is of type 99"),
            unreadable(5, "entry 1 of term 1 is in format 2"),
            unreadable(0, "entry 1 of term 1 is of type 200"));
    assertThat(stats(a).unknownMessages()).isEqualTo(3);
    assertThat(stats(a).malformedMessages()).isZero();
  }

  private static UnreadableEntries unreadable(long term, String what) {
    return new UnreadableEntries(new GroupId(7), TO, term, what);
  }

  /** A replica must not stop for a bit that flipped on the way. */
  @Test
  void damageIsNotTakenForThem() throws Exception {
    TransportTestHost a = host("n1", settings());
    try (RawPeer peer = RawPeer.dial(a.transport().localAddress())) {
      assertThat(peer.hello(PEER.name(), "n1", LaneKind.BULK).answer()).isNotNull();
      peer.send(frameOf(append(changed(1, 99, false)), append(changed(0, 2, false))));
      peer.send(Wire.frame(SampleMessages.heartbeat(1)));
      a.receiver().await("what comes behind it", () -> !a.receiver().messages().isEmpty());
    }
    assertThat(a.receiver().unreadable()).isEmpty();
    assertThat(stats(a).malformedMessages()).isEqualTo(2);
  }
}
