package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.storage.SnapshotFolder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A file of records, each behind its length and a checksum: one that a crash has torn is as good as none, and so is everything behind
 * it.
 */
final class RecordFile implements Closeable {

  private static final int HEAD_BYTES = 8;

  private final SnapshotFolder.Appended file;
  private long bytes;

  private RecordFile(SnapshotFolder.Appended file) {
    this.file = file;
  }

  /** An empty file. */
  static RecordFile create(SnapshotFolder folder, String name) throws IOException {
    return new RecordFile(folder.create(name));
  }

  /** The records up to the first that is not intact. */
  static List<byte[]> read(SnapshotFolder folder, String name) throws IOException {
    byte[] all;
    try (SnapshotFolder.Opened file = folder.open(name)) {
      all = new byte[(int) file.bytes()];
      file.read(0, all);
    }
    List<byte[]> records = new ArrayList<>();
    ByteBuffer left = ByteBuffer.wrap(all);
    while (left.remaining() >= HEAD_BYTES) {
      int length = left.getInt();
      int checksum = left.getInt();
      if (length <= 0 || length > left.remaining()) {
        break;
      }
      byte[] record = new byte[length];
      left.get(record);
      if (checksum != checksum(record)) {
        break;
      }
      records.add(record);
    }
    return records;
  }

  private static int checksum(byte[] record) {
    CRC32C crc = new CRC32C();
    crc.update(record);
    return (int) crc.getValue();
  }

  /** Adds a record that is not empty. It may be lost, or torn, until {@link #sync} has returned. */
  void append(byte[] record) throws IOException {
    byte[] all = ByteBuffer.allocate(HEAD_BYTES + record.length)
        .putInt(record.length)
        .putInt(checksum(record))
        .put(record)
        .array();
    file.write(all, 0, all.length);
    bytes += all.length;
  }

  /** Makes durable what was added. */
  void sync() throws IOException {
    file.sync();
  }

  /** How large it is. */
  long bytes() {
    return bytes;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
