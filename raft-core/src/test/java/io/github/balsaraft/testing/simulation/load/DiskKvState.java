package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.SessionRecord;
import io.github.balsaraft.model.EntryId;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The form in which {@link DiskKvMachine} writes a state, or what has changed of one. */
final class DiskKvState {

  private static final int SESSION_KEY_BYTES = 16;
  private static final int DELETED = -1;

  private DiskKvState() {}

  /** A record of a file: up to which entry, and what there is then. */
  static byte[] record(
      EntryId last, Map<String, @Nullable String> values, Collection<SessionRecord> sessions)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(last.term());
    out.writeLong(last.index());
    out.write(encode(values, sessions));
    return bytes.toByteArray();
  }

  /** What there is, without saying since when. A value that is null is none. */
  static byte[] encode(Map<String, @Nullable String> values, Collection<SessionRecord> sessions)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(values.size());
    for (Map.Entry<String, @Nullable String> one : values.entrySet()) {
      String value = one.getValue();
      out.writeUTF(one.getKey());
      out.writeBoolean(value != null);
      out.writeUTF(value == null ? "" : value);
    }
    out.writeInt(sessions.size());
    for (SessionRecord session : sessions) {
      out.write(session.key());
      out.writeInt(session.isDeleted() ? DELETED : session.value().length);
      if (!session.isDeleted()) {
        out.write(session.value());
      }
    }
    return bytes.toByteArray();
  }

  /** Puts what was encoded on top of what there is. */
  static void read(DataInputStream in, KvMachine values, Consumer<SessionRecord> sessions)
      throws IOException {
    for (int left = in.readInt(); left > 0; left--) {
      String key = in.readUTF();
      boolean isThere = in.readBoolean();
      String value = in.readUTF();
      values.put(key, isThere ? value : null);
    }
    for (int left = in.readInt(); left > 0; left--) {
      byte[] key = in.readNBytes(SESSION_KEY_BYTES);
      int bytes = in.readInt();
      sessions.accept(
          bytes == DELETED
              ? SessionRecord.deleted(key)
              : SessionRecord.of(key, in.readNBytes(bytes)));
    }
  }
}
