package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.ReplicaRecord;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.RecoveredState;
import io.github.balsaraft.testing.GoldenBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Keys and values in the database: they never change, and what the first release wrote is still read. */
class StoredBytesTest {

  private static final Path GOLDEN = Path.of("src/test/testdata/golden/database.txt");
  private static final GroupId G = new GroupId(5);

  @TempDir
  Path temporary;

  private static LogWrite sample() {
    HostRecord host = new HostRecord(new HostId("n1"), 0x1234, new ClusterIdentity(0xabcd, 1));
    ReplicaRecord replica = new ReplicaRecord(new ReplicaId(0x77), ReplicaRecord.State.MEMBER);
    Payloads commands = new Payloads(EntryType.COMMAND, 64);
    for (String text : List.of("one", "two", "three")) {
      byte[] payload = text.getBytes(StandardCharsets.UTF_8);
      commands.add(payload, Payloads.checksum(payload));
    }
    EntryBatch configuration = Payloads.single(
            EntryType.CONFIGURATION, Configuration.EMPTY.encode())
        .place(new EntryId(2, 1), 1_000);
    EntryBatch noOp = Payloads.single(EntryType.NO_OP, new byte[0]).place(new EntryId(3, 2), 2_000);
    EntryBatch batch = commands.place(new EntryId(3, 3), 3_000);
    EntryBatch replacement = commands.place(new EntryId(4, 5), 4_000);
    return new LogWrite(
        host,
        List.of(
            new GroupWrite(
                G,
                replica,
                new HardState(4, new ReplicaId(0x77)),
                0,
                EntryId.NONE,
                List.of(configuration, noOp, batch)),
            new GroupWrite(G, null, null, 5, new EntryId(3, 2), List.of(replacement)),
            new GroupWrite(
                G,
                null,
                null,
                0,
                EntryId.NONE,
                List.of(Payloads.single(EntryType.CONFIGURATION, Configuration.EMPTY.encode())
                    .place(new EntryId(4, 8), 5_000)))));
  }

  @Test
  void bytesAreThoseOfTheFirstRelease() throws RocksDBException {
    Path folder = temporary.resolve("log");
    try (LogStore store = TestLog.at(folder).build()) {
      store.recover();
      store.write(sample());
    }
    Map<String, byte[]> actual = new LinkedHashMap<>();
    try (Engine engine = TestLog.engine(folder)) {
      dump(engine, engine.meta(), "meta ", actual);
      dump(engine, engine.log(), "log ", actual);
    }
    GoldenBytes.assertMatches(GOLDEN, "family and key = value of a database of format 1", actual);
  }

  @Test
  void bytesOfTheFirstReleaseAreStillRead() throws RocksDBException {
    Path written = temporary.resolve("written");
    RecoveredState expected;
    try (LogStore store = TestLog.at(written).build()) {
      store.recover();
      store.write(sample());
    }
    try (LogStore store = TestLog.at(written).build()) {
      expected = store.recover();
    }
    Path golden = temporary.resolve("golden");
    try (LogStore store = TestLog.at(golden).build()) {
      store.recover();
    }
    try (Engine engine = TestLog.engine(golden)) {
      for (Map.Entry<String, byte[]> record : GoldenBytes.read(GOLDEN).entrySet()) {
        String[] familyAndKey = record.getKey().split(" ", 2);
        ColumnFamilyHandle family = familyAndKey[0].equals("log") ? engine.log() : engine.meta();
        engine.db().put(family, HexFormat.of().parseHex(familyAndKey[1]), record.getValue());
      }
    }
    try (LogStore store = TestLog.at(golden).build()) {
      assertThat(store.recover()).isEqualTo(expected);
      assertThat(store.read(G, 3, 8, 1_000)).hasSize(3);
    }
  }

  @Test
  void damageToANumberIsNoticed() {
    byte[] key = Keys.meta(Keys.TERM_START, G, 7);
    byte[] record = NumberRecord.encode(key, 123_456_789L);
    assertThat(NumberRecord.decode(key, record)).isEqualTo(123_456_789L);
    for (int bit = 0; bit < 8 * record.length; bit++) {
      byte[] damaged = record.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> NumberRecord.decode(key, damaged))
          .isInstanceOf(CorruptDataException.class);
    }
    byte[] position = NumberRecord.encodePosition(key, new EntryId(3, 7));
    assertThat(NumberRecord.decodePosition(key, position)).isEqualTo(new EntryId(3, 7));
    for (int bit = 0; bit < 8 * position.length; bit++) {
      byte[] damaged = position.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> NumberRecord.decodePosition(key, damaged))
          .isInstanceOf(CorruptDataException.class);
    }
    byte[] otherKey = Keys.meta(Keys.TERM_START, G, 8);
    assertThatThrownBy(() -> NumberRecord.decode(otherKey, record))
        .isInstanceOf(CorruptDataException.class);
    assertThatThrownBy(() -> NumberRecord.decode(key, new byte[0]))
        .isInstanceOf(CorruptDataException.class);
  }

  private static void dump(
      Engine engine, ColumnFamilyHandle family, String prefix, Map<String, byte[]> to)
      throws RocksDBException {
    try (RocksIterator records = engine.db().newIterator(family)) {
      for (records.seekToFirst(); records.isValid(); records.next()) {
        to.put(prefix + HexFormat.of().formatHex(records.key()), records.value());
      }
      records.status();
    }
  }
}
