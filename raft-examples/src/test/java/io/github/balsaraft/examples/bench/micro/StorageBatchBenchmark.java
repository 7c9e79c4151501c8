package io.github.balsaraft.examples.bench.micro;

import io.github.balsaraft.examples.bench.cluster.Folders;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStore.Durability;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.rocksdb.RocksDbLogStore;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One write of one batch to RocksDB; without a sync it is what the processor does for it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class StorageBatchBenchmark {

  @Param({"UNSAFE_NOT_SYNCED", "SYNCED"})
  public Durability durability;

  /** Commands of 256 bytes in the batch. */
  @Param({"1", "64"})
  public int commands;

  private Path folder;
  private LogStore store;
  private long lastIndex;

  @Setup
  public void open() {
    folder = Folders.create(Path.of(System.getProperty("java.io.tmpdir")));
    store = RocksDbLogStore.builder().directory(folder).durability(durability).build();
    store.recover();
    store.write(new LogWrite(
        new HostRecord(new HostId("n1"), 1, null),
        List.of(GroupWrite.ofReplica(
            GroupId.DEFAULT, new ReplicaRecord(new ReplicaId(1), ReplicaRecord.State.MEMBER)))));
  }

  @TearDown
  public void close() {
    store.close();
    Folders.delete(folder);
  }

  @Benchmark
  public long write() {
    byte[] payload = new byte[256];
    Payloads payloads = new Payloads(EntryType.COMMAND, commands * (payload.length + 8));
    for (int i = 0; i < commands; i++) {
      payloads.add(payload, 0);
    }
    EntryBatch batch = payloads.place(new EntryId(1, lastIndex + 1), 0);
    store.write(LogWrite.of(
        List.of(new GroupWrite(GroupId.DEFAULT, null, null, 0, EntryId.NONE, List.of(batch)))));
    lastIndex = batch.lastIndex();
    return lastIndex;
  }
}
