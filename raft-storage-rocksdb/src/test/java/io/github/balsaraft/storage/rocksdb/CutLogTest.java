package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.storage.CompactedException;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.RecoveredGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Statistics;
import org.rocksdb.TickerType;

/** What becomes of the entries before the start of a log that is cut again and again, while a part of it is kept. */
class CutLogTest {

  private static final GroupId SECOND = new GroupId(2);
  private static final int MEMTABLE_BYTES = 64 << 10;
  private static final int PAYLOAD_BYTES = 4_000;

  /** Several memory tables. */
  private static final long KEPT = 100;

  private static final long CUT_EVERY = 25;
  private static final long ENTRIES = 2_000;

  @TempDir
  Path folder;

  /** At most once to the write-ahead log, which isn't counted here, and once to a table file. */
  @Test
  void whatIsKeptIsNotWrittenAnew() {
    try (Statistics statistics = statistics();
        LogStore store = builder().statistics(statistics).build()) {
      TestLog.create(store);
      writeAndCut(store, 1, ENTRIES);
      assertThat(statistics.getTickerCount(TickerType.COMPACT_WRITE_BYTES))
          .as("the small records alone")
          .isLessThan(KEPT * PAYLOAD_BYTES / 4);
      assertThat(statistics.getTickerCount(TickerType.FLUSH_WRITE_BYTES))
          .isBetween(1L, ENTRIES * PAYLOAD_BYTES * 5 / 4);
    }
  }

  @Test
  void whatIsCutBeforeItsTableIsFullNeverGetsToAFile() {
    try (Statistics statistics = statistics();
        LogStore store = builder().memtableBytes(4 << 20).statistics(statistics).build()) {
      TestLog.create(store);
      writeAndCut(store, 1, ENTRIES);
      assertThat(statistics.getTickerCount(TickerType.FLUSH_WRITE_BYTES))
          .isBetween(1L, ENTRIES * PAYLOAD_BYTES / 4);
    }
  }

  @Test
  void tableFilesOfThePastGo() throws IOException {
    try (LogStore store = builder().build()) {
      TestLog.create(store);
      writeAndCut(store, 1, ENTRIES);
      // What is kept, the files at its ends, and those that are gathered before they move to where
      // they are removed.
      goOnUntil(
          store,
          ENTRIES,
          () -> tableBytes() < (KEPT + CUT_EVERY) * PAYLOAD_BYTES + 8L * MEMTABLE_BYTES);
    }
  }

  @Test
  void tableFilesOfAnEarlierProcessGo() throws IOException {
    writeCutAndClose();
    List<Path> earlier = tables();
    assertThat(earlier).isNotEmpty();
    try (LogStore store = builder().build()) {
      store.recover();
      goOnUntil(store, ENTRIES, () -> tables().stream().noneMatch(earlier::contains));
    }
  }

  /** Also those that have the deletion of all others in them, which is in the newest at first. */
  @Test
  void tableFilesOfALogThatASnapshotHasReplacedGo() throws IOException {
    try (LogStore store = builder().build()) {
      TestLog.create(store);
      for (long index = 1; index <= ENTRIES; index++) {
        TestLog.append(store, TestLog.batch(index, PAYLOAD_BYTES));
      }
      List<Path> replaced = tables();
      assertThat(replaced).isNotEmpty();
      store.write(LogWrite.of(List.of(cut(TestLog.G, 3 * ENTRIES))));
      goOnUntil(store, 3 * ENTRIES, () -> tables().stream().noneMatch(replaced::contains));
    }
  }

  @Test
  void theNextProcessFindsWhatWasKeptAndGoesOn() {
    writeCutAndClose();
    try (LogStore store = builder().build()) {
      RecoveredGroup group = store.recover().groups().get(TestLog.G);
      assertThat(group.firstIndex()).isEqualTo(ENTRIES - KEPT + 1);
      assertThat(TestLog.readAll(store, group))
          .containsExactlyElementsOf(batches(group.firstIndex(), ENTRIES));
      assertThatThrownBy(
              () -> store.read(TestLog.G, group.firstIndex() - 1, ENTRIES, Long.MAX_VALUE))
          .isInstanceOf(CompactedException.class);
      writeAndCut(store, ENTRIES + 1, ENTRIES + 200);
      assertThat(store.read(TestLog.G, ENTRIES + 101, ENTRIES + 200, Long.MAX_VALUE))
          .containsExactlyElementsOf(batches(ENTRIES + 101, ENTRIES + 200));
    }
  }

  /** Those of the first group that are still there from before must not keep their files for ever. */
  @Test
  void aSecondGroupBesideTheFirst() throws Exception {
    writeCutAndClose();
    try (LogStore store = builder().build()) {
      store.recover();
      ReplicaRecord replica = new ReplicaRecord(new ReplicaId(2), ReplicaRecord.State.MEMBER);
      store.write(LogWrite.of(List.of(GroupWrite.ofReplica(SECOND, replica))));
      for (long index = 1; index <= ENTRIES; index++) {
        store.write(LogWrite.of(List.of(
            append(TestLog.G, TestLog.batch(ENTRIES + index, PAYLOAD_BYTES)),
            append(SECOND, TestLog.batch(index, PAYLOAD_BYTES)))));
        if (index % CUT_EVERY == 0 && index > KEPT) {
          store.write(LogWrite.of(
              List.of(cut(TestLog.G, ENTRIES + index - KEPT), cut(SECOND, index - KEPT))));
        }
      }
      for (GroupId group : List.of(TestLog.G, SECOND)) {
        long last = group.equals(SECOND) ? ENTRIES : 2 * ENTRIES;
        assertThat(store.read(group, last - KEPT + 1, last, Long.MAX_VALUE))
            .containsExactlyElementsOf(batches(last - KEPT + 1, last));
      }
    }
    try (Engine engine = TestLog.engine(folder);
        LogReader reader = new LogReader(engine)) {
      assertThat(reader.keyFrom(TestLog.G, 0)).isEqualTo(2 * ENTRIES - KEPT + 1);
      assertThat(reader.keyFrom(SECOND, 0)).isEqualTo(ENTRIES - KEPT + 1);
    }
  }

  /** Batches of before are still in files that the empty log begins behind. */
  @Test
  void aLogThatBeginsBehindAllThatItHad() {
    writeCutAndClose();
    long base = ENTRIES + 500;
    try (LogStore store = builder().build()) {
      store.recover();
      store.write(LogWrite.of(List.of(cut(TestLog.G, base))));
    }
    try (LogStore store = builder().build()) {
      RecoveredGroup group = store.recover().groups().get(TestLog.G);
      assertThat(group.firstIndex()).isEqualTo(base + 1);
      assertThat(group.last().index()).isEqualTo(base);
      writeAndCut(store, base + 1, base + 300);
    }
    try (LogStore store = builder().build()) {
      RecoveredGroup group = store.recover().groups().get(TestLog.G);
      assertThat(TestLog.readAll(store, group))
          .containsExactlyElementsOf(batches(base + 201, base + 300));
    }
  }

  /** A snapshot has replaced the log in the middle of a batch, whose deletion went with another file. */
  @Test
  void aBatchOfBeforeThatTheBaseLiesInIsTold() throws Exception {
    replaceAndBringBack(2);
    try (LogStore store = builder().build()) {
      RecoveredGroup group = store.recover().groups().get(TestLog.G);
      assertThat(group.last()).isEqualTo(new EntryId(1, 7));
      TestLog.append(store, TestLog.batch(8, 10), TestLog.batch(9, 10));
    }
    try (LogStore store = builder().build()) {
      RecoveredGroup group = store.recover().groups().get(TestLog.G);
      assertThat(TestLog.readAll(store, group))
          .containsExactly(TestLog.batch(8, 10), TestLog.batch(9, 10));
    }
  }

  /** It could be what is left of a log that has lost its small records. */
  @Test
  void aBatchOfTheTermOfTheBaseIsNotPassedOver() throws Exception {
    replaceAndBringBack(1);
    try (LogStore store = builder().build()) {
      assertThatThrownBy(store::recover)
          .isInstanceOf(LogStoreException.class)
          .hasMessageContaining("is damaged");
    }
  }

  /** An empty log behind entry 7 of term 1, and a batch of entries 5 to 10 of any term. */
  private void replaceAndBringBack(long term) throws Exception {
    try (LogStore store = builder().build()) {
      TestLog.create(store);
      store.write(LogWrite.of(List.of(cut(TestLog.G, 7))));
    }
    byte[] command = {1};
    Payloads payloads = new Payloads(EntryType.COMMAND, 6);
    for (int index = 5; index <= 10; index++) {
      payloads.add(command, Payloads.checksum(command));
    }
    EntryBatch batch = payloads.place(new EntryId(term, 5), 1);
    try (Engine engine = TestLog.engine(folder)) {
      engine.db().put(engine.log(), Keys.log(TestLog.G, 5), batch.encode());
    }
  }

  /** Files of before the start of a log are removed for good, so that the start has to be on the disk first. */
  @Test
  void theStartIsSyncedWhateverTheDurability() {
    try (Statistics statistics = statistics();
        LogStore store = builder()
            .durability(LogStore.Durability.UNSAFE_NOT_SYNCED)
            .statistics(statistics)
            .build()) {
      TestLog.create(store);
      TestLog.append(store, TestLog.batch(1, 10), TestLog.batch(2, 10));
      long before = statistics.getTickerCount(TickerType.WAL_FILE_SYNCED);
      TestLog.append(store, TestLog.batch(3, 10));
      assertThat(statistics.getTickerCount(TickerType.WAL_FILE_SYNCED)).isEqualTo(before);
      store.write(LogWrite.of(List.of(cut(TestLog.G, 2))));
      assertThat(statistics.getTickerCount(TickerType.WAL_FILE_SYNCED)).isEqualTo(before + 1);
    }
  }

  /** As if files of entries that count had been taken for some of the past. */
  @Test
  void aLogThatLacksItsBeginningIsDamaged() throws Exception {
    try (LogStore store = builder().build()) {
      TestLog.create(store);
      TestLog.append(store, batches(1, 40).toArray(EntryBatch[]::new));
    }
    try (Engine engine = TestLog.engine(folder)) {
      engine.db().deleteRange(engine.log(), Keys.log(TestLog.G, 1), Keys.log(TestLog.G, 20));
    }
    try (LogStore store = builder().build()) {
      assertThatThrownBy(store::recover)
          .isInstanceOf(LogStoreException.class)
          .hasMessageContaining("is damaged")
          .hasMessageContaining("begins at 20 instead of 1");
    }
  }

  private void writeCutAndClose() {
    try (LogStore store = builder().build()) {
      TestLog.create(store);
      writeAndCut(store, 1, ENTRIES);
    }
  }

  /** A log that has so many entries already. */
  private static void goOnUntil(LogStore store, long last, BooleanSupplier isReached) {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    for (long from = last + 1; !isReached.getAsBoolean(); from += 2 * KEPT) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadlineNanos);
      writeAndCut(store, from, from + 2 * KEPT - 1);
    }
  }

  private static void writeAndCut(LogStore store, long from, long to) {
    for (long index = from; index <= to; index++) {
      TestLog.append(store, TestLog.batch(index, PAYLOAD_BYTES));
      if (index % CUT_EVERY == 0 && index - from >= KEPT) {
        store.write(LogWrite.of(List.of(cut(TestLog.G, index - KEPT))));
      }
    }
  }

  private static GroupWrite append(GroupId group, EntryBatch batch) {
    return new GroupWrite(group, null, null, 0, EntryId.NONE, List.of(batch));
  }

  private static GroupWrite cut(GroupId group, long index) {
    return new GroupWrite(group, null, null, 0, new EntryId(1 + index / 10, index), List.of());
  }

  private static List<EntryBatch> batches(long from, long to) {
    return LongStream.rangeClosed(from, to)
        .mapToObj(index -> TestLog.batch(index, PAYLOAD_BYTES))
        .toList();
  }

  private RocksDbLogStore.Builder builder() {
    return TestLog.at(folder).memtableBytes(MEMTABLE_BYTES).watchMillis(1);
  }

  private static Statistics statistics() {
    NativeLibrary.load();
    return new Statistics();
  }

  private List<Path> tables() {
    try {
      return Folders.list(folder).stream()
          .filter(file -> file.toString().endsWith(".sst"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One that goes in the meantime has none. */
  private long tableBytes() {
    return tables().stream().mapToLong(file -> file.toFile().length()).sum();
  }
}
