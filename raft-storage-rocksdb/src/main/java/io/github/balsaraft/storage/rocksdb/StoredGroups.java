package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.storage.LogOutline;
import io.github.balsaraft.storage.RecoveredGroup;
import io.github.balsaraft.storage.RecoveredState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Reads what a database says about its groups: all small records, the last batch and the configurations of each group, and
 * no other entry.
 */
final class StoredGroups {

  private final LogReader reader;
  private final TreeMap<GroupId, Records> records = new TreeMap<>();
  private @Nullable HostRecord host;

  private StoredGroups(LogReader reader) {
    this.reader = reader;
  }

  /**
   * Reads everything, filling {@code states} too.
   *
   * @throws CorruptDataException if records are damaged or contradict each other
   * @throws UnknownFormatException if a newer version wrote one
   */
  static RecoveredState read(Engine engine, LogReader reader, Map<GroupId, GroupState> states)
      throws RocksDBException {
    StoredGroups stored = new StoredGroups(reader);
    try (ReadOptions options = new ReadOptions().setVerifyChecksums(true).setFillCache(false);
        RocksIterator small = engine.db().newIterator(engine.meta(), options)) {
      for (small.seekToFirst(); small.isValid(); small.next()) {
        stored.take(small.key(), small.value());
      }
      small.status();
    }
    SortedMap<GroupId, RecoveredGroup> groups = new TreeMap<>();
    for (GroupId group : stored.records.keySet()) {
      groups.put(group, stored.recover(group, states));
    }
    return new RecoveredState(stored.host, groups);
  }

  /** The small records of one group. */
  private static final class Records {
    @Nullable
    ReplicaRecord replica;

    HardState hardState = HardState.INITIAL;
    EntryId base = EntryId.NONE;
    final List<EntryId> termStarts = new ArrayList<>();
    final List<EntryId> configurations = new ArrayList<>();
  }

  private void take(byte[] key, byte[] value) {
    switch (key[0]) {
      case Keys.FORMAT -> {}
      case Keys.HOST -> host = HostRecord.decode(value);
      case Keys.REPLICA -> of(key).replica = ReplicaRecord.decode(value);
      case Keys.HARD_STATE -> of(key).hardState = HardState.decode(value);
      case Keys.BASE -> of(key).base = NumberRecord.decodePosition(key, value);
      case Keys.TERM_START ->
        of(key).termStarts.add(new EntryId(Keys.number(key), NumberRecord.decode(key, value)));
      case Keys.CONFIGURATION ->
        of(key).configurations.add(new EntryId(NumberRecord.decode(key, value), Keys.number(key)));
      default -> throw new UnknownFormatException("a record of kind " + key[0]);
    }
  }

  private Records of(byte[] key) {
    return records.computeIfAbsent(Keys.group(key), group -> new Records());
  }

  private RecoveredGroup recover(GroupId group, Map<GroupId, GroupState> states)
      throws RocksDBException {
    Records found = records.getOrDefault(group, new Records());
    if (found.replica == null) {
      throw new CorruptDataException("group " + group + " has no replica record");
    }
    long firstIndex = found.base.index() + 1;
    EntryBatch lastBatch = reader.batchBefore(group, Long.MAX_VALUE);
    if (lastBatch != null && isOfBefore(lastBatch, found.base)) {
      // The log is empty. If it should not be, the starts of its terms say so.
      lastBatch = null;
    }
    long firstKey = lastBatch == null ? firstIndex : firstKey(group, firstIndex);
    LogOutline outline = outline(group, found, lastBatch);
    List<Long> configurationKeys = new ArrayList<>();
    found.configurations.forEach(position -> configurationKeys.add(position.index()));
    states.put(group, new GroupState(group, outline, configurationKeys, firstKey));
    return new RecoveredGroup(
        found.replica,
        found.hardState,
        found.base,
        outline.last(),
        outline.termStarts(),
        outline.configurations(),
        lastBatch == null ? 0 : lastBatch.logTimeMillis());
  }

  /**
   * Whether a batch counts no more, and has come up again with a file that is gone. If it has the index of the base in it, its term
   * says so: a log that has the entry of the base goes on with what is behind that in the same batch.
   */
  private static boolean isOfBefore(EntryBatch batch, EntryId base) {
    return batch.lastIndex() <= base.index()
        || (batch.firstIndex() <= base.index() && batch.term() != base.term());
  }

  /** Of the batch that holds the first entry of a log that isn't empty. Before it may be batches of which no file is gone yet. */
  private long firstKey(GroupId group, long firstIndex) throws RocksDBException {
    EntryBatch holding = reader.batchBefore(group, firstIndex);
    if (holding != null && holding.lastIndex() >= firstIndex) {
      return holding.firstIndex();
    }
    throw new CorruptDataException("the log of group " + group + " begins at "
        + reader.keyFrom(group, firstIndex) + " instead of " + firstIndex);
  }

  private LogOutline outline(GroupId group, Records found, @Nullable EntryBatch lastBatch)
      throws RocksDBException {
    List<EntryBatch> configurations = new ArrayList<>();
    for (EntryId position : found.configurations) {
      EntryBatch batch = reader.batchBefore(group, position.index());
      if (batch == null
          || batch.firstIndex() != position.index()
          || batch.term() != position.term()
          || batch.type() != EntryType.CONFIGURATION) {
        throw new CorruptDataException("group " + group + " has no configuration at " + position);
      }
      configurations.add(batch);
    }
    long lastIndex = lastBatch == null ? found.base.index() : lastBatch.lastIndex();
    LogOutline outline;
    try {
      outline = new LogOutline(found.base, lastIndex, found.termStarts, configurations);
    } catch (IllegalArgumentException e) {
      throw new CorruptDataException("the log of group " + group + ": " + e.getMessage());
    }
    boolean complete = lastBatch == null
        ? found.termStarts.isEmpty() && configurations.isEmpty()
        : outline.last().equals(lastBatch.last())
            && outline.configurations().size() == configurations.size();
    if (!complete) {
      throw new CorruptDataException("the records of group " + group + " don't fit its last entry "
          + (lastBatch == null ? EntryId.NONE : lastBatch.last()));
    }
    return outline;
  }
}
