package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.api.SnapshotView;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/**
 * A {@link Keyspace} as it was at one moment, and the one file that it is written to: a version, log time and index, the addresses of
 * the servers, deletions, and the keys one after the other. Nothing is ever in memory twice but what changes while it is written.
 */
final class KvSnapshot implements SnapshotView.Content {

  private static final int VERSION = 2;

  private final KeyTable.Frozen keys;
  private final Deletions deletions;
  private final long logTimeMillis;
  private final long index;
  private final Map<String, String> addresses;

  KvSnapshot(
      KeyTable.Frozen keys,
      Deletions deletions,
      long logTimeMillis,
      long index,
      Map<String, String> addresses) {
    this.keys = keys;
    this.deletions = deletions;
    this.logTimeMillis = logTimeMillis;
    this.index = index;
    this.addresses = addresses;
  }

  @Override
  public void writeTo(OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(stream);
    out.writeByte(VERSION);
    out.writeLong(logTimeMillis);
    out.writeLong(index);
    out.writeInt(addresses.size());
    for (Map.Entry<String, String> address : addresses.entrySet()) {
      out.writeUTF(address.getKey());
      out.writeUTF(address.getValue());
    }
    deletions.writeTo(out);
    out.writeInt(keys.size());
    try {
      keys.forEach(stored -> write(stored, out));
    } catch (UncheckedIOException e) {
      throw new IOException("a key could not be written", e.getCause());
    }
    out.flush();
  }

  private static void write(Stored stored, DataOutputStream out) {
    try {
      write(stored.key(), out);
      write(stored.value(), out);
      out.writeLong(stored.deadlineMillis());
      out.writeLong(stored.version());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Bytes bytes, DataOutputStream out) throws IOException {
    out.writeInt(bytes.length());
    out.write(bytes.array());
  }

  /** Takes the keys of a file in place of those that are there. */
  static void read(InputStream stream, Keyspace into) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(stream));
    int version = in.readUnsignedByte();
    if (version < VERSION) {
      throw new IOException("snapshot version " + version + " was written by a build from before "
          + "there was a release: begin with an empty folder");
    }
    if (version != VERSION) {
      throw FormatException.newer(
          "snapshot version " + version + " was written by a newer version");
    }
    long logTimeMillis = in.readLong();
    long index = in.readLong();
    Map<String, String> addresses = new HashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      addresses.put(in.readUTF(), in.readUTF());
    }
    into.restore(logTimeMillis, index, addresses);
    into.restoreDeletions(in);
    for (int left = in.readInt(); left > 0; left--) {
      into.restore(new Stored(readBytes(in), readBytes(in), in.readLong(), in.readLong()));
    }
  }

  private static Bytes readBytes(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return Bytes.wrap(bytes);
  }
}
