package io.github.balsaraft.transport.netty;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.transport.UnreadableEntries;
import io.github.balsaraft.transport.netty.wire.v1.Messages.Envelope;
import io.github.balsaraft.transport.netty.wire.v1.Messages.Frame;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of a frame. What it can't understand of a well-formed frame it drops and counts: an unknown kind from
 * a newer peer, an entry that fails its checksum, a message that contradicts itself. Of entries that only a newer version can
 * read it says so, besides. A frame that isn't well-formed is the end of its connection.
 *
 * <p>Not thread-safe; one per connection.
 */
final class FrameReader {

  private static final int GROUP_TAG =
      Envelope.GROUP_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;

  /** So much of a frame may stay with each event loop; the frame of a larger message gets an array of its own. */
  private static final int MAX_SCRATCH_BYTES = 4 << 20;

  /**
   * What the frame being read lies in: of each event loop and not of each connection, because there are few event loops, and a
   * frame is read in one go.
   */
  private static final FastThreadLocal<byte[]> SCRATCH = new FastThreadLocal<>() {
    @Override
    protected byte[] initialValue() {
      return new byte[64 << 10];
    }
  };

  private final String peer;
  private final Counters counters;
  private final PerSubjectLog log;
  private final MessageReader messages = new MessageReader();
  private List<UnreadableEntries> unreadable = new ArrayList<>(0);
  /** Why the message of the envelope being read was dropped, if that was its entries' being of a newer version. */
  private @Nullable UnreadableException newer;

  /** A reader of what one peer, as named in log lines, sends on one connection. */
  FrameReader(String peer, Counters counters, PerSubjectLog log) {
    this.peer = peer;
    this.counters = counters;
    this.log = log;
  }

  /**
   * Reads all messages between position and limit. Nothing of the buffer is kept.
   *
   * @throws InvalidProtocolBufferException if the bytes are no frame
   */
  List<GroupMessage> read(ByteBuffer frame) throws InvalidProtocolBufferException {
    List<GroupMessage> read = new ArrayList<>();
    try {
      CodedInputStream in = onHeap(frame);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == lengthDelimitedTag(Frame.MESSAGES_FIELD_NUMBER)) {
          int outer = in.pushLimit(in.readRawVarint32());
          GroupMessage message = readEnvelope(in);
          in.popLimit(outer);
          if (message != null) {
            read.add(message);
          }
        } else {
          WireFields.skip(tag, in);
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
    return read;
  }

  /**
   * A stream over the frame's bytes. A stream over a direct buffer would begin with a copy of the whole into an array made for
   * it: 530 of 2,400 bytes allocated for each write of 256 bytes to three nodes.
   */
  private static CodedInputStream onHeap(ByteBuffer frame) {
    int length = frame.remaining();
    byte[] target = length <= MAX_SCRATCH_BYTES ? scratch(length) : new byte[length];
    frame.duplicate().get(target, 0, length);
    return CodedInputStream.newInstance(target, 0, length);
  }

  private static byte[] scratch(int length) {
    byte[] kept = SCRATCH.get();
    if (kept.length < length) {
      // At least doubled, so that frames that grow slowly don't get a new one each.
      kept = new byte[Math.max(length, Math.min(2 * kept.length, MAX_SCRATCH_BYTES))];
      SCRATCH.set(kept);
    }
    return kept;
  }

  /** What the frames read so far held of entries that only a newer version can read. Forgets it. */
  List<UnreadableEntries> takeUnreadable() {
    if (unreadable.isEmpty()) {
      return List.of();
    }
    List<UnreadableEntries> taken = unreadable;
    unreadable = new ArrayList<>(0);
    return taken;
  }

  private @Nullable GroupMessage readEnvelope(CodedInputStream in) throws IOException {
    long group = 0;
    Message message = null;
    newer = null;
    boolean counted = false;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      if (tag == GROUP_TAG) {
        group = in.readUInt64();
      } else if (tag == lengthDelimitedTag(field) && MessageReader.isKnown(field)) {
        message = readMessage(field, in);
        counted = message == null;
      } else {
        WireFields.skip(tag, in);
      }
    }
    UnreadableException unread = newer;
    if (unread != null && group >= 0) {
      unreadable.add(new UnreadableEntries(
          new GroupId(group), unread.to(), unread.term(), String.valueOf(unread.getMessage())));
    }
    if (message == null) {
      if (!counted) {
        counters.unknownMessages.increment();
      }
      return null;
    }
    if (group < 0) {
      counters.malformedMessages.increment();
      return null;
    }
    return new GroupMessage(new GroupId(group), message);
  }

  /** Reads a message, or drops and counts it and returns null. */
  private @Nullable Message readMessage(int kind, CodedInputStream in) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    Message message = null;
    try {
      message = messages.read(kind, in);
    } catch (UnreadableException e) {
      counters.unknownMessages.increment();
      newer = e;
    } catch (UnknownFormatException e) {
      counters.unknownMessages.increment();
      log.warn("unknown " + peer, "dropped a message from {}: {}", peer, e.toString());
    } catch (CorruptDataException | IllegalArgumentException e) {
      counters.malformedMessages.increment();
      log.warn("malformed " + peer, "dropped a message from {}: {}", peer, e.toString());
    }
    // The stream itself is sound: every length fits into
    // the one around it. So only this message is lost.
    in.skipRawBytes(in.getBytesUntilLimit());
    in.popLimit(outer);
    return message;
  }

  private static int lengthDelimitedTag(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }
}
