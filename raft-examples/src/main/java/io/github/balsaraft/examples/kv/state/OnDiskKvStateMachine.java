package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.SessionKeepingStateMachine;
import io.github.balsaraft.api.SessionRecord;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshotWriter;
import io.github.balsaraft.model.EntryId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The same key-value store with its state in a RocksDB: it needs no memory for the keys, and goes on from what it has at a start. Each
 * batch of commands is one write, which has the position in the log and the records of sessions in it too. A snapshot is a checkpoint.
 *
 * <p>It is to be closed after the node. Closing waits for what is being done, since RocksDB would end the process if it were used after
 * its end.
 */
public final class OnDiskKvStateMachine extends KvStateMachine
    implements SessionKeepingStateMachine, AutoCloseable {

  private static final byte[] HEAD = {'m'};
  private static final int HEAD_VERSION = 2;
  private static final byte SESSIONS = 's';

  /** Values are copied from the disk into memory: no more for several reads than the longest value takes. */
  private static final long MAX_READ_BYTES = Operation.Append.LARGEST_VALUE_BYTES;

  private static final long MAX_BATCH_BYTES = Batch.MOST_REWRITTEN_BYTES;

  private final KeyDatabase database;
  private final DiskKeys keys;
  private EntryId position = EntryId.NONE;

  private OnDiskKvStateMachine(KeyDatabase database, DiskKeys keys) {
    super(keys, MAX_READ_BYTES);
    this.database = database;
    this.keys = keys;
  }

  /**
   * Opens the state in a folder, or begins with none.
   *
   * @throws UncheckedIOException if the folder can't be used
   */
  public static OnDiskKvStateMachine open(Path folder) {
    try {
      KeyDatabase database = new KeyDatabase(folder);
      try {
        OnDiskKvStateMachine machine = new OnDiskKvStateMachine(database, new DiskKeys(database));
        machine.readHead();
        return machine;
      } catch (IOException | RuntimeException e) {
        database.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized EntryId appliedEntry() {
    return position;
  }

  @Override
  public byte @Nullable [] owner() throws IOException {
    return database.owner();
  }

  @Override
  public void claim(byte[] owner) throws IOException {
    database.claim(owner);
  }

  @Override
  public synchronized byte[] apply(Command command) {
    position = new EntryId(command.term(), command.index());
    return execute(command);
  }

  @Override
  public synchronized void putSessions(EntryId last, List<SessionRecord> records) {
    position = last;
    for (SessionRecord record : records) {
      byte[] key = sessionKey(record.key());
      if (record.isDeleted()) {
        database.delete(key);
      } else {
        database.put(key, record.value());
      }
    }
  }

  private static byte[] sessionKey(byte[] key) {
    byte[] tagged = new byte[1 + key.length];
    tagged[0] = SESSIONS;
    System.arraycopy(key, 0, tagged, 1, key.length);
    return tagged;
  }

  @Override
  public synchronized List<SessionRecord> sessionRecords() {
    List<SessionRecord> records = new ArrayList<>();
    database.walk(new byte[] {SESSIONS}, (key, value) -> {
      if (key[0] != SESSIONS) {
        return false;
      }
      records.add(SessionRecord.of(Arrays.copyOfRange(key, 1, key.length), value));
      return true;
    });
    return records;
  }

  /** APPEND writes all of a value anew, however little it adds. */
  @Override
  public synchronized boolean isBatchFull() {
    return database.batchBytes() >= MAX_BATCH_BYTES;
  }

  @Override
  public synchronized void endBatch() {
    database.put(HEAD, head());
    database.write();
    summarize();
  }

  /** All that is neither a key nor a session: a version, the position in the log, log time, addresses, and how many keys there are. */
  private byte[] head() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(HEAD_VERSION);
      out.writeLong(position.term());
      out.writeLong(position.index());
      out.writeLong(keyspace().logTimeMillis());
      out.writeLong(keyspace().index());
      out.writeInt(keys.size());
      out.writeInt(keys.deadlineCount());
      Map<String, String> addresses = keyspace().clientAddresses();
      out.writeInt(addresses.size());
      for (Map.Entry<String, String> address : addresses.entrySet()) {
        out.writeUTF(address.getKey());
        out.writeUTF(address.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void readHead() throws IOException {
    byte[] head = database.get(HEAD);
    if (head == null) {
      position = EntryId.NONE;
      keys.goOn(0, 0);
      keyspace().goOn(0, 0, Map.of());
    } else {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(head));
      int version = in.readUnsignedByte();
      if (version != HEAD_VERSION) {
        throw FormatException.newer(
            "a database of version " + version + " was written by a newer version");
      }
      position = new EntryId(in.readLong(), in.readLong());
      long logTimeMillis = in.readLong();
      long index = in.readLong();
      keys.goOn(in.readInt(), in.readInt());
      Map<String, String> addresses = new HashMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        addresses.put(in.readUTF(), in.readUTF());
      }
      keyspace().goOn(logTimeMillis, index, addresses);
    }
    summarize();
  }

  @Override
  public synchronized byte[] query(byte[] query) {
    return super.query(query);
  }

  @Override
  public synchronized Reads read(List<Operation> reads, long clockMillis) {
    return super.read(reads, clockMillis);
  }

  @Override
  public synchronized SnapshotView capture() {
    if (database.get(HEAD) == null) {
      // Nothing was applied yet, and a snapshot of that has
      // to be known for one of ours all the same.
      database.put(HEAD, head());
      database.write();
    }
    try {
      return new CheckpointView(database.checkpoint());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void restore(SnapshotReader snapshot) throws IOException {
    if (snapshot.files().contains(SnapshotWriter.STATE)) {
      throw new IOException(
          "the snapshot is of a server with another --engine than rocksdb: all servers of a "
              + "cluster have the same");
    }
    database.restore(snapshot.files(), snapshot::file);
    if (database.get(HEAD) == null) {
      throw new IOException("the snapshot holds no state of a key-value server");
    }
    readHead();
    position = snapshot.lastEntry();
  }

  @Override
  public synchronized void close() {
    database.close();
  }

  /** The files of a checkpoint, under their names. */
  private record CheckpointView(Path folder) implements SnapshotView {

    @Override
    public void writeTo(SnapshotWriter snapshot) throws IOException {
      List<Path> files;
      try (Stream<Path> found = Files.list(folder)) {
        files = found.sorted().toList();
      }
      for (Path file : files) {
        Files.copy(file, snapshot.file(String.valueOf(file.getFileName())));
      }
    }

    @Override
    public void close() {
      try {
        KeyDatabase.delete(folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
