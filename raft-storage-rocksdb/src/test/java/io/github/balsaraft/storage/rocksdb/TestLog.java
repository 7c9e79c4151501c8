package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStore.Durability;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.RecoveredGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** A log of one group whose every batch can be made again from its index, so that any beginning of it can be checked. */
final class TestLog {

  static final GroupId G = GroupId.DEFAULT;

  private TestLog() {}

  static RocksDbLogStore.Builder at(Path folder) {
    return RocksDbLogStore.builder().directory(folder);
  }

  /** The database of a folder whose store is closed, past the store. */
  static Engine engine(Path folder) throws RocksDBException {
    NativeLibrary.load();
    return new Engine(
        new Settings(
            folder, 1 << 20, 2, 1 << 20, Durability.SYNCED, null, RocksDB::write, () -> {}, 1_000),
        false,
        error -> {});
  }

  /** Creates the replica of the group. */
  static void create(LogStore store) {
    store.recover();
    ReplicaRecord replica = new ReplicaRecord(new ReplicaId(1), ReplicaRecord.State.MEMBER);
    store.write(LogWrite.of(List.of(GroupWrite.ofReplica(G, replica))));
  }

  /** The batch of one entry at this index, with random content that has no zeroed sector. */
  static EntryBatch batch(long index, int payloadBytes) {
    byte[] payload = new byte[payloadBytes];
    new Random(index).nextBytes(payload);
    return Payloads.single(EntryType.COMMAND, payload)
        .place(new EntryId(1 + index / 10, index), index);
  }

  static void append(LogStore store, EntryBatch... batches) {
    store.write(
        LogWrite.of(List.of(new GroupWrite(G, null, null, 0, EntryId.NONE, List.of(batches)))));
  }

  /** Reads all that is stored from the first index on. */
  static List<EntryBatch> readAll(LogStore store, RecoveredGroup group) {
    List<EntryBatch> batches = new ArrayList<>();
    for (long next = group.firstIndex(); next <= group.last().index(); ) {
      batches.addAll(store.read(G, next, group.last().index(), 1 << 20));
      next = batches.get(batches.size() - 1).lastIndex() + 1;
    }
    return batches;
  }
}
