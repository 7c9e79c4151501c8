package io.github.balsaraft.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.testing.MachineDisk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Counts words, on a disk with one file to which it appends a record for each batch: the counts that have changed, the entry, and the
 * sessions. It can make mistakes.
 */
final class SampleOnDiskMachine implements SessionKeepingStateMachine {

  /** What it does wrong. */
  enum Mistake {
    /** The state is written first, and the entry behind it. */
    ENTRY_APART,
    /** The entry is written with each command, and the state at the end of the batch. */
    ENTRY_TOO_EARLY,
    /** The state is written with each command, and the entry at the end of the batch. */
    ENTRY_TOO_LATE,
    /** The term of the entry is not written. */
    FORGETS_TERM,
    /** Sessions are written by themselves. */
    SESSIONS_APART,
    /** A record that is torn is taken as far as it goes. */
    BELIEVES_TORN_RECORDS,
    /** Nothing is written at all. */
    WRITES_NOTHING,
    /** A restored state doesn't know of the entry that it was told. */
    FORGETS_WHAT_IT_WAS_TOLD,
    /** A snapshot has no sessions in it. */
    CAPTURES_NO_SESSIONS,
    /** A batch without commands and sessions is left out, and the entry that it says with it. */
    LEAVES_EMPTY_BATCHES_OUT,
    /** Sessions that are not among those that have changed are taken for gone. */
    TAKES_CHANGED_SESSIONS_FOR_ALL,
    /** Whose state it is, is known to the process that was told. */
    FORGETS_OWNER,
    /** The first owner is the owner for ever. */
    KEEPS_FIRST_OWNER,
    /** A restored state is nobody's. */
    RESTORES_OWNER
  }

  /** A file in memory, and a small one beside it that is replaced in one step. */
  static final class Disk implements MachineDisk {
    private final Set<Mistake> mistakes;
    private byte[] bytes;
    private int synced;
    private byte @Nullable [] owner;

    Disk(Set<Mistake> mistakes) {
      this(mistakes, new byte[0], 0, null);
    }

    private Disk(Set<Mistake> mistakes, byte[] bytes, int synced, byte @Nullable [] owner) {
      this.mistakes = mistakes;
      this.bytes = bytes;
      this.synced = synced;
      this.owner = owner;
    }

    private void append(byte[] more) {
      int end = bytes.length;
      bytes = Arrays.copyOf(bytes, end + more.length);
      System.arraycopy(more, 0, bytes, end, more.length);
    }

    private void sync() {
      synced = bytes.length;
    }

    @Override
    public OnDiskStateMachine open() {
      return new SampleOnDiskMachine(this);
    }

    @Override
    public MachineDisk killNow() {
      return new Disk(mistakes, bytes, synced, owner);
    }

    @Override
    public MachineDisk cutNow(Random random) {
      int left = synced + random.nextInt(bytes.length - synced + 1);
      return new Disk(mistakes, Arrays.copyOf(bytes, left), left, owner);
    }
  }

  private static final int BATCHES_PER_SYNC = 3;

  private final Disk disk;
  private byte @Nullable [] owner;
  private final Map<String, Integer> counts = new TreeMap<>();
  private final Map<String, byte[]> sessions = new TreeMap<>();
  private final Set<String> changed = new TreeSet<>();
  private final List<SessionRecord> changedSessions = new ArrayList<>();
  private EntryId position = EntryId.NONE;
  private int batches;

  /** Of mistaken machines: the entry of the last command, and the one that was written last. */
  private EntryId latest = EntryId.NONE;

  private EntryId stored = EntryId.NONE;

  private SampleOnDiskMachine(Disk disk) {
    this.disk = disk;
    this.owner = disk.owner;
    int start = 0;
    while (start < disk.bytes.length) {
      int end = readRecord(start);
      if (end < 0) {
        break;
      }
      start = end;
    }
    // The rest is of a batch that a crash has cut short.
    disk.bytes = Arrays.copyOf(disk.bytes, start);
    disk.synced = Math.min(disk.synced, start);
  }

  private boolean makes(Mistake mistake) {
    return disk.mistakes.contains(mistake);
  }

  /** Where the next one begins, or a negative number if this one is torn. */
  private int readRecord(int start) {
    ByteBuffer in = ByteBuffer.wrap(disk.bytes, start, disk.bytes.length - start);
    if (in.remaining() < 8) {
      return -1;
    }
    int length = in.getInt();
    int checksum = in.getInt();
    byte[] body = new byte[Math.min(length, in.remaining())];
    in.get(body);
    if (body.length < length || checksum != checksum(body)) {
      if (makes(Mistake.BELIEVES_TORN_RECORDS)) {
        take(body);
      }
      return -1;
    }
    take(body);
    return start + 8 + length;
  }

  private static int checksum(byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(body);
    return (int) crc.getValue();
  }

  private void take(byte[] body) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(body))) {
      if (in.readBoolean()) {
        counts.clear();
        sessions.clear();
      }
      position = new EntryId(in.readLong(), in.readLong());
      for (int left = in.readInt(); left > 0; left--) {
        counts.put(in.readUTF(), in.readInt());
      }
      for (int left = in.readInt(); left > 0; left--) {
        byte[] key = in.readNBytes(16);
        int length = in.readInt();
        if (length < 0) {
          sessions.remove(HexFormat.of().formatHex(key));
        } else {
          sessions.put(HexFormat.of().formatHex(key), in.readNBytes(length));
        }
      }
    } catch (EOFException e) {
      // As far as it goes.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeRecord(
      boolean replacesAll, EntryId entry, Set<String> words, List<SessionRecord> records) {
    if (makes(Mistake.WRITES_NOTHING)) {
      return;
    }
    byte[] body = body(replacesAll, entry, words, records);
    disk.append(ByteBuffer.allocate(8 + body.length)
        .putInt(body.length)
        .putInt(checksum(body))
        .put(body)
        .array());
  }

  private byte[] body(
      boolean replacesAll, EntryId entry, Set<String> words, List<SessionRecord> records) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeBoolean(replacesAll);
      out.writeLong(makes(Mistake.FORGETS_TERM) ? Math.min(1, entry.term()) : entry.term());
      out.writeLong(entry.index());
      out.writeInt(words.size());
      for (String word : words) {
        out.writeUTF(word);
        out.writeInt(counts.getOrDefault(word, 0));
      }
      out.writeInt(records.size());
      for (SessionRecord record : records) {
        out.write(record.key());
        out.writeInt(record.isDeleted() ? -1 : record.value().length);
        if (!record.isDeleted()) {
          out.write(record.value());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Override
  public EntryId appliedEntry() {
    return position;
  }

  @Override
  public byte @Nullable [] owner() {
    return owner;
  }

  @Override
  public void claim(byte[] newOwner) {
    if (owner != null && makes(Mistake.KEEPS_FIRST_OWNER)) {
      return;
    }
    owner = newOwner;
    if (!makes(Mistake.FORGETS_OWNER)) {
      disk.owner = newOwner;
    }
  }

  @Override
  public byte[] apply(Command command) {
    EntryId before = position;
    position = new EntryId(command.term(), command.index());
    String word = new String(command.bytes(), UTF_8);
    counts.merge(word, 1, Integer::sum);
    changed.add(word);
    if (makes(Mistake.ENTRY_TOO_EARLY)) {
      writeRecord(false, position, Set.of(), List.of());
    } else if (makes(Mistake.ENTRY_TOO_LATE)) {
      writeRecord(false, before, changed, List.of());
      position = before;
      latest = new EntryId(command.term(), command.index());
    }
    return query(command.bytes());
  }

  @Override
  public void putSessions(EntryId last, List<SessionRecord> records) {
    if (makes(Mistake.LEAVES_EMPTY_BATCHES_OUT) && records.isEmpty()) {
      return;
    }
    if (makes(Mistake.TAKES_CHANGED_SESSIONS_FOR_ALL)) {
      sessions.clear();
    }
    position = last;
    changedSessions.addAll(records);
    for (SessionRecord record : records) {
      String key = HexFormat.of().formatHex(record.key());
      if (record.isDeleted()) {
        sessions.remove(key);
      } else {
        sessions.put(key, record.value());
      }
    }
  }

  @Override
  public void endBatch() {
    if (makes(Mistake.ENTRY_TOO_LATE)) {
      position = latest;
    }
    if (makes(Mistake.ENTRY_APART)) {
      writeRecord(false, stored, changed, changedSessions);
      writeRecord(false, position, Set.of(), List.of());
    } else if (makes(Mistake.SESSIONS_APART)) {
      writeRecord(false, position, changed, List.of());
      writeRecord(false, position, Set.of(), changedSessions);
    } else {
      writeRecord(false, position, changed, changedSessions);
    }
    stored = position;
    changed.clear();
    changedSessions.clear();
    if (++batches % BATCHES_PER_SYNC == 0) {
      disk.sync();
    }
  }

  @Override
  public byte[] query(byte[] query) {
    return String.valueOf(counts.get(new String(query, UTF_8))).getBytes(UTF_8);
  }

  @Override
  public List<SessionRecord> sessionRecords() {
    List<SessionRecord> records = new ArrayList<>();
    sessions.forEach(
        (key, value) -> records.add(SessionRecord.of(HexFormat.of().parseHex(key), value)));
    return records;
  }

  @Override
  public SnapshotView capture() {
    byte[] all = body(
        true,
        position,
        counts.keySet(),
        makes(Mistake.CAPTURES_NO_SESSIONS) ? List.of() : sessionRecords());
    return SnapshotView.of(out -> out.write(all));
  }

  @Override
  public void restore(SnapshotReader snapshot) throws IOException {
    changed.clear();
    changedSessions.clear();
    take(snapshot.state().readAllBytes());
    if (makes(Mistake.RESTORES_OWNER)) {
      owner = null;
      disk.owner = null;
    }
    if (!makes(Mistake.FORGETS_WHAT_IT_WAS_TOLD)) {
      position = snapshot.lastEntry();
    }
    stored = position;
    writeRecord(true, position, counts.keySet(), sessionRecords());
    disk.sync();
  }
}
