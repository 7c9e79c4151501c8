package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.SessionKeepingStateMachine;
import io.github.balsaraft.api.SessionRecord;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.storage.SnapshotFolder;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The key-value store of {@link KvWorkload} with its state on disk. A file begins with all of a state; each batch adds what it has
 * changed, which sessions too, and up to which entry. A file that has become large, and a restored state, gives way to a new one,
 * which counts once its beginning is intact.
 *
 * <p>Few batches are synced: what a loss of power takes back is applied again.
 */
public final class DiskKvMachine implements SessionKeepingStateMachine {

  private static final int BATCHES_PER_SYNC = 50;
  private static final int MOST_COMMANDS = 4;
  private static final long LARGE_BYTES = 16384;

  private final SnapshotFolder folder;
  private final KvMachine values = new KvMachine();
  private final Map<String, SessionRecord> sessions = new TreeMap<>();
  private final Map<String, SessionRecord> changedSessions = new TreeMap<>();
  private final TreeSet<String> changedKeys = new TreeSet<>();

  private EntryId position = EntryId.NONE;

  /** The number in the name of the newest file. */
  private long number;

  /** Null until something is written in this process: a file that another has begun is not gone on with. */
  private @Nullable RecordFile file;

  private int unsyncedBatches;

  /**
   * A process starts: the machine on what the folder holds.
   *
   * @throws UncheckedIOException if it can't be read
   */
  public DiskKvMachine(SnapshotFolder folder) {
    this.folder = folder;
    try {
      load();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(long number) {
    return String.format(Locale.ROOT, "kv-%012d", number);
  }

  private void load() throws IOException {
    TreeSet<String> names = new TreeSet<>(folder.list());
    if (names.isEmpty()) {
      return;
    }
    number = Long.parseLong(names.last().substring("kv-".length()));
    for (String name : names.descendingSet()) {
      List<byte[]> records = RecordFile.read(folder, name);
      if (!records.isEmpty()) {
        for (byte[] record : records) {
          take(record);
        }
        return;
      }
    }
  }

  private void take(byte[] record) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(record));
    position = new EntryId(in.readLong(), in.readLong());
    DiskKvState.read(in, values, this::keep);
  }

  private void keep(SessionRecord record) {
    String key = HexFormat.of().formatHex(record.key());
    if (record.isDeleted()) {
      sessions.remove(key);
    } else {
      sessions.put(key, record);
    }
  }

  @Override
  public EntryId appliedEntry() {
    return position;
  }

  @Override
  public byte[] apply(Command command) {
    KvCommand decoded = KvCommand.decode(command.bytes());
    byte[] result = values.execute(decoded);
    changedKeys.add(decoded.key());
    position = new EntryId(command.term(), command.index());
    return result;
  }

  @Override
  public void putSessions(EntryId last, List<SessionRecord> records) {
    position = last;
    for (SessionRecord record : records) {
      keep(record);
      changedSessions.put(HexFormat.of().formatHex(record.key()), record);
    }
  }

  /** So few that there are many batches. */
  @Override
  public int maxBatchCommands() {
    return MOST_COMMANDS;
  }

  @Override
  public void endBatch() {
    try {
      if (file == null || file.bytes() > LARGE_BYTES) {
        startFile();
      } else {
        file.append(
            DiskKvState.record(position, values.valuesOf(changedKeys), changedSessions.values()));
        if (++unsyncedBatches == BATCHES_PER_SYNC) {
          sync(file);
        }
      }
      changedKeys.clear();
      changedSessions.clear();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void sync(RecordFile written) throws IOException {
    written.sync();
    unsyncedBatches = 0;
  }

  /** Writes all of the state to a new file. Until that is durable the earlier ones stay. */
  private void startFile() throws IOException {
    List<String> earlier = folder.list();
    if (file != null) {
      file.close();
    }
    RecordFile started = RecordFile.create(folder, name(++number));
    file = started;
    started.append(DiskKvState.record(position, values.values(), sessions.values()));
    sync(started);
    folder.sync();
    for (String name : earlier) {
      folder.delete(name);
    }
  }

  @Override
  public byte[] query(byte[] query) {
    return values.query(query);
  }

  @Override
  public List<SessionRecord> sessionRecords() {
    return new ArrayList<>(sessions.values());
  }

  @Override
  public SnapshotView capture() {
    Map<String, @Nullable String> captured = values.values();
    Collection<SessionRecord> records = sessionRecords();
    return SnapshotView.of(out -> out.write(DiskKvState.encode(captured, records)));
  }

  @Override
  public void restore(SnapshotReader snapshot) throws IOException {
    values.clear();
    sessions.clear();
    DiskKvState.read(new DataInputStream(snapshot.state()), values, this::keep);
    position = snapshot.lastEntry();
    startFile();
  }
}
