package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStore.Durability;
import io.github.balsaraft.storage.LogStoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Folders that a store must not open, each with the line that an operator reads. */
class FolderRefusalTest {

  @TempDir
  Path temporary;

  @Test
  void folderInUseByThisProcess() {
    Path folder = temporary.resolve("new/log");
    try (LogStore first = TestLog.at(folder).build()) {
      TestLog.create(first);
      for (int round = 0; round < 2; round++) {
        assertRefused(folder, "in use by a running process");
      }
      TestLog.append(first, TestLog.batch(1, 10));
    }
    try (LogStore second = TestLog.at(folder).build()) {
      assertThat(second.recover().groups()).hasSize(1);
    }
  }

  @Test
  void fileInsteadOfAFolder() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "content");
    assertRefused(file, "is a file");
    assertRefused(file.resolve("below"), "can't be created");
  }

  @Test
  void folderThatCannotBeWritten() throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("read-only"));
    assumeThat(folder.toFile().setWritable(false)).isTrue();
    assumeThat(Files.isWritable(folder)).as("root may write everywhere").isFalse();
    assertRefused(folder, "can't be written");
  }

  @Test
  void storeOfANewerFormat() throws RocksDBException {
    Path folder = newStore();
    byte[] key = Keys.meta(Keys.FORMAT);
    put(folder, key, NumberRecord.encode(key, 2));
    assertRefused(folder, "written by a newer version (in format 2)");
  }

  @Test
  void formatRecordOfANewerVersion() throws RocksDBException {
    Path folder = newStore();
    byte[] key = Keys.meta(Keys.FORMAT);
    put(folder, key, newerVersionOf(key));
    assertRefused(folder, "written by a newer version");
  }

  @Test
  void recordOfANewerKind() throws RocksDBException {
    Path folder = newStore();
    put(folder, new byte[] {99, 1, 2}, new byte[] {1});
    assertRefused(folder, "written by a newer version (a record of kind 99)");
  }

  @Test
  void lastEntryOfANewerVersion() throws RocksDBException {
    Path folder = newStore();
    putEntryOfType99(folder, 1);
    assertRefused(folder, "written by a newer version (entry 1 of term 1 is of type 99)");
  }

  /** Opening reads no more than it must; the rest is found out when it is its turn. */
  @Test
  void earlierEntryOfANewerVersion() throws RocksDBException {
    Path folder = newStore();
    try (LogStore store = TestLog.at(folder).build()) {
      store.recover();
      TestLog.append(store, TestLog.batch(2, 10), TestLog.batch(3, 10));
    }
    putEntryOfType99(folder, 2);
    try (LogStore store = TestLog.at(folder).build()) {
      store.recover();
      assertThat(store.read(TestLog.G, 1, 1, 1)).containsExactly(TestLog.batch(1, 10));
      assertThatThrownBy(() -> store.read(TestLog.G, 1, 3, 1_000))
          .isInstanceOf(UnknownFormatException.class)
          .hasMessage("entry 2 of term 1 is of type 99");
    }
  }

  private static void putEntryOfType99(Path folder, long index) throws RocksDBException {
    byte[] stored = TestLog.batch(index, 10).encode();
    stored[1] = 99;
    CRC32C crc = new CRC32C();
    crc.update(stored, 0, EntryBatch.HEADER_BYTES - 4);
    ByteBuffer.wrap(stored).putInt(EntryBatch.HEADER_BYTES - 4, (int) crc.getValue());
    try (Engine engine = TestLog.engine(folder)) {
      engine.db().put(engine.log(), Keys.log(TestLog.G, index), stored);
    }
  }

  @Test
  void columnFamilyOfANewerVersion() throws RocksDBException {
    Path folder = newStore();
    try (Engine engine = TestLog.engine(folder)) {
      engine
          .db()
          .createColumnFamily(new ColumnFamilyDescriptor("blobs".getBytes(StandardCharsets.UTF_8)))
          .close();
    }
    assertRefused(folder, "written by a newer version (it has a part named blobs)");
  }

  @Test
  void databaseOfAnotherProgram() throws RocksDBException, IOException {
    Path folder = Files.createDirectory(temporary.resolve("foreign"));
    NativeLibrary.load();
    try (Options options = new Options().setCreateIfMissing(true)) {
      try (RocksDB db = RocksDB.open(options, folder.toString())) {
        db.put(new byte[] {7}, new byte[] {7});
      }
      assertRefused(folder, "isn't a log store");
      // A database with a family that its owner doesn't name can't be opened by it any more.
      try (RocksDB db = RocksDB.open(options, folder.toString())) {
        assertThat(db.get(new byte[] {7})).containsExactly(7);
      }
    }
  }

  @Test
  void groupWithoutReplicaRecord() throws RocksDBException {
    Path folder = newStore();
    byte[] key = Keys.meta(Keys.BASE, TestLog.G);
    try (Engine engine = TestLog.engine(folder)) {
      engine.db().delete(engine.meta(), Keys.meta(Keys.REPLICA, TestLog.G));
      engine.db().put(engine.meta(), key, NumberRecord.encodePosition(key, new EntryId(1, 5)));
    }
    assertRefused(folder, "has no replica record");
  }

  @Test
  void termStartThatIsMissing() throws RocksDBException {
    Path folder = newStore();
    try (Engine engine = TestLog.engine(folder)) {
      engine.db().delete(engine.meta(), Keys.meta(Keys.TERM_START, TestLog.G, 1));
    }
    assertRefused(folder, "is damaged");
  }

  @Test
  void missingCurrentFile() throws IOException {
    Path folder = newStore();
    Files.delete(folder.resolve("CURRENT"));
    assertRefused(folder, "the file CURRENT is missing");
  }

  /** A crash during the very first start leaves a database without records: it is begun again. */
  @Test
  void databaseThatWasJustCreatedIsNotRefused() throws RocksDBException, IOException {
    Path folder = Files.createDirectory(temporary.resolve("unfinished"));
    NativeLibrary.load();
    try (Options options = new Options().setCreateIfMissing(true);
        RocksDB db = RocksDB.open(options, folder.toString())) {
      assertThat(db.getLatestSequenceNumber()).isZero();
    }
    try (LogStore store = TestLog.at(folder).build()) {
      assertThat(store.recover().groups()).isEmpty();
    }
  }

  @Test
  void failuresAreToldApart() {
    Path folder = Path.of("log");
    RocksDBException full = new RocksDBException(
        "No space", new Status(Status.Code.IOError, Status.SubCode.NoSpace, "No space"));
    RocksDBException io =
        new RocksDBException("I/O", new Status(Status.Code.IOError, Status.SubCode.None, "EIO"));
    assertThat(Failures.whileWriting(folder, full))
        .hasMessageContaining("disk of log is full: make room");
    assertThat(Failures.whileOpening(folder, full))
        .hasMessageContaining("disk of log is full: make room");
    assertThat(Failures.whileWriting(folder, io))
        .hasMessageContaining("what the disk holds is unknown");
    assertThat(Failures.whileReading(folder, io)).isInstanceOf(LogStoreException.class);
  }

  @Test
  void builderRefusesWhatMakesNoSense() {
    assertThatThrownBy(() -> RocksDbLogStore.builder().build())
        .isInstanceOf(NullPointerException.class);
    for (RocksDbLogStore.Builder builder : List.of(
        TestLog.at(temporary).memtableBytes(1),
        TestLog.at(temporary).maxMemtables(1),
        TestLog.at(temporary).maxWalBytes(-1))) {
      assertThatThrownBy(builder::build).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> TestLog.at(temporary).durability(Durability.UNSAFE_IN_MEMORY))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everyCallBeforeRecoveryIsRefused() {
    try (LogStore store = TestLog.at(temporary).build()) {
      assertThatThrownBy(() -> TestLog.append(store, TestLog.batch(1, 1)))
          .hasMessageContaining("recover()");
      assertThatThrownBy(() -> store.read(TestLog.G, 1, 1, 1)).hasMessageContaining("recover()");
      store.recover();
      assertThatThrownBy(store::recover).isInstanceOf(LogStoreException.class);
    }
  }

  private Path newStore() {
    Path folder = temporary.resolve("log");
    try (LogStore store = TestLog.at(folder).build()) {
      TestLog.create(store);
      TestLog.append(store, TestLog.batch(1, 10));
    }
    return folder;
  }

  private static void put(Path folder, byte[] key, byte[] value) throws RocksDBException {
    try (Engine engine = TestLog.engine(folder)) {
      engine.db().put(engine.meta(), key, value);
    }
  }

  private static byte[] newerVersionOf(byte[] key) {
    byte[] record = NumberRecord.encode(key, 1);
    record[0] = 2;
    CRC32C crc = new CRC32C();
    crc.update(key);
    crc.update(record, 0, 9);
    ByteBuffer.wrap(record).putInt(9, (int) crc.getValue());
    return record;
  }

  private static void assertRefused(Path folder, String message) {
    try (LogStore store = TestLog.at(folder).build()) {
      assertThatThrownBy(store::recover)
          .isInstanceOf(LogStoreException.class)
          .hasMessageContaining(message)
          .hasMessageContaining(folder.toString());
    }
  }
}
