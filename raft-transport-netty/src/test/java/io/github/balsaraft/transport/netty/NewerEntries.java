package io.github.balsaraft.transport.netty;

import com.google.protobuf.ByteString;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.testing.SampleMessages;
import io.github.balsaraft.testing.TransportTestHost;
import io.github.balsaraft.transport.UnreadableEntries;
import io.github.balsaraft.transport.netty.wire.v1.Messages;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** What a peer sends whose version is newer: frames with entries of a type or format that this one doesn't know. */
final class NewerEntries {

  private static final ReplicaId TO = new ReplicaId(2);

  /** The stored form of one entry of index and term 1, with another value at a position of its header. */
  static ByteString changed(int position, int value, boolean checksumIsRight) {
    byte[] stored = SampleMessages.append(1, 20).batches().get(0).encode();
    stored[position] = (byte) value;
    if (checksumIsRight) {
      CRC32C crc = new CRC32C();
      crc.update(stored, 0, EntryBatch.HEADER_BYTES - 4);
      ByteBuffer.wrap(stored).putInt(EntryBatch.HEADER_BYTES - 4, (int) crc.getValue());
    }
    return ByteString.copyFrom(stored);
  }

  static Messages.Envelope append(ByteString batch) {
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

  static Messages.Envelope birthAnswer(ByteString founding) {
    return Messages.Envelope.newBuilder()
        .setGroup(7)
        .setBirthAnswer(Messages.BirthAnswer.newBuilder()
            .setAsker(TO.value())
            .setClusterId(4)
            .setClusterEpoch(1)
            .setFounding(founding))
        .build();
  }

  static byte[] frameOf(Messages.Envelope... envelopes) {
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

  static UnreadableEntries unreadable(long term, String what) {
    return new UnreadableEntries(new GroupId(7), TO, term, what);
  }

  private NewerEntries() {}

  /** As the suite for transports asks for. */
  static void send(TransportTestHost to, Consumer<UnreadableEntries> whileConnected)
      throws Exception {
    try (RawPeer peer = RawPeer.dial(to.transport().localAddress())) {
      peer.hello("newer", to.id().name(), LaneKind.BULK).answer();
      peer.send(frameOf(append(changed(1, 99, true))));
      whileConnected.accept(unreadable(5, "entry 1 of term 1 is of type 99"));
    }
  }
}
