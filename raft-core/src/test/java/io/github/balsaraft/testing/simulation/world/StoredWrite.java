package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one write on a simulated disk: a length, a number that counts the writes, a checksum, and the parts of the write
 * as the model encodes them, as they are on any disk.
 */
public final class StoredWrite {

  static final int HEADER_BYTES = 16;
  private static final int ABSENT = -1;

  private StoredWrite() {}

  /** The bytes of the write of this number; the first has number 1. */
  public static byte[] encode(long number, LogWrite write) {
    byte[] host = write.host() == null ? null : write.host().encode();
    int bytes = HEADER_BYTES + part(host) + 4;
    List<byte[]> replicas = new ArrayList<>();
    List<byte[]> hardStates = new ArrayList<>();
    for (GroupWrite group : write.groups()) {
      byte[] replica = group.replica() == null ? null : group.replica().encode();
      byte[] hardState = group.hardState() == null ? null : group.hardState().encode();
      replicas.add(replica);
      hardStates.add(hardState);
      bytes += part(replica)
          + part(hardState)
          + 5 * 8
          + 4 * group.append().size()
          + (int) group.entryBytes();
    }
    ByteBuffer out = ByteBuffer.allocate(bytes);
    out.position(HEADER_BYTES);
    put(out, host);
    out.putInt(write.groups().size());
    for (int i = 0; i < write.groups().size(); i++) {
      GroupWrite group = write.groups().get(i);
      out.putLong(group.group().value());
      put(out, replicas.get(i));
      put(out, hardStates.get(i));
      out.putLong(group.truncateFrom());
      out.putLong(group.base().term()).putLong(group.base().index());
      out.putLong(group.append().size());
      for (EntryBatch batch : group.append()) {
        out.putInt(batch.sizeInBytes());
        batch.encodeTo(out);
      }
    }
    out.putInt(0, bytes).putLong(4, number);
    out.putInt(12, checksum(out.array(), bytes));
    return out.array();
  }

  private static int part(byte @Nullable [] encoded) {
    return 4 + (encoded == null ? 0 : encoded.length);
  }

  private static void put(ByteBuffer out, byte @Nullable [] encoded) {
    if (encoded == null) {
      out.putInt(ABSENT);
    } else {
      out.putInt(encoded.length).put(encoded);
    }
  }

  private static int checksum(byte[] stored, int length) {
    CRC32C crc = new CRC32C();
    crc.update(stored, 0, 12);
    crc.update(stored, HEADER_BYTES, length - HEADER_BYTES);
    return (int) crc.getValue();
  }

  /** Whether all of it is there, as it was written. */
  public static boolean isIntact(byte[] stored, long number) {
    if (stored.length < HEADER_BYTES) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(stored);
    return in.getInt(0) == stored.length
        && in.getLong(4) == number
        && in.getInt(12) == checksum(stored, stored.length);
  }

  /** Whether two writes are the same but for their numbers. */
  static boolean isSameContent(byte[] one, byte[] other) {
    return Arrays.equals(one, HEADER_BYTES, one.length, other, HEADER_BYTES, other.length);
  }

  /** Reads what {@link #isIntact}. The batches in it are views of the array. */
  public static LogWrite decode(byte[] stored) {
    ByteBuffer in = ByteBuffer.wrap(stored);
    in.position(HEADER_BYTES);
    try {
      byte[] host = get(in);
      int count = in.getInt();
      List<GroupWrite> groups = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        groups.add(group(stored, in));
      }
      return new LogWrite(host == null ? null : HostRecord.decode(host), groups);
    } catch (BufferUnderflowException e) {
      throw new LogStoreException("a stored write ends too early", e);
    }
  }

  private static GroupWrite group(byte[] stored, ByteBuffer in) {
    GroupId group = new GroupId(in.getLong());
    byte[] replica = get(in);
    byte[] hardState = get(in);
    long truncateFrom = in.getLong();
    EntryId base = new EntryId(in.getLong(), in.getLong());
    long batches = in.getLong();
    List<EntryBatch> append = new ArrayList<>();
    for (long i = 0; i < batches; i++) {
      int length = in.getInt();
      append.add(EntryBatch.decode(stored, in.position(), length));
      in.position(in.position() + length);
    }
    return new GroupWrite(
        group,
        replica == null ? null : ReplicaRecord.decode(replica),
        hardState == null ? null : HardState.decode(hardState),
        truncateFrom,
        base,
        append);
  }

  private static byte @Nullable [] get(ByteBuffer in) {
    int length = in.getInt();
    if (length == ABSENT) {
      return null;
    }
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] encoded = new byte[length];
    in.get(encoded);
    return encoded;
  }
}
