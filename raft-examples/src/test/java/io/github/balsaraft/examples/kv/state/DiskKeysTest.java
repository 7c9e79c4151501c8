package io.github.balsaraft.examples.kv.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.PerfLevel;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** Deadlines on a disk: the first of them is known at any time, and what was deleted is not walked over again and again. */
class DiskKeysTest {

  private static final long FAR = 1_000_000_000_000L;

  @TempDir
  private Path folder;

  private KeyDatabase database;
  private DiskKeys keys;

  @BeforeEach
  void open() throws IOException {
    database = new KeyDatabase(folder.resolve("keys"));
    keys = new DiskKeys(database);
    keys.goOn(0, 0);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void put(String key, long deadlineMillis) {
    keys.put(new Stored(Bytes.of(key), Bytes.EMPTY, deadlineMillis, 1));
  }

  @Test
  @DisplayName(
      "a key with a short life passes by keys that were deleted once, and not with each life")
  void deletedKeysArePassedByOnce() throws RocksDBException {
    int deleted = 5000;
    for (int i = 0; i < deleted; i++) {
      put("k" + i, FAR + i);
    }
    put("last", 2 * FAR);
    database.write();
    for (int i = 0; i < deleted; i++) {
      assertThat(keys.remove(Bytes.of("k" + i))).isNotNull();
    }
    database.write();
    try (RocksDB counting = RocksDB.open(folder.resolve("counting").toString())) {
      // It counts what its thread does, in whichever database.
      counting.setPerfLevel(PerfLevel.ENABLE_COUNT);
      counting.getPerfContext().reset();
      for (int life = 1; life <= 100; life++) {
        put("short", life);
        assertThat(keys.nextDeadlineMillis()).isEqualTo(life);
        keys.removeNextToExpire();
        assertThat(keys.nextDeadlineMillis()).isEqualTo(2 * FAR);
        database.write();
      }
      assertThat(counting.getPerfContext().getInternalDeleteSkippedCount())
          .isBetween(deleted / 2L, 3L * deleted);
      counting.setPerfLevel(PerfLevel.DISABLE);
    }
  }

  @Test
  @DisplayName(
      "the first deadline is that of all keys, however many there are and whatever comes and goes")
  void firstOfMany() throws IOException {
    Random random = new Random(1);
    TreeMap<Bytes, Long> expected = new TreeMap<>();
    ArrayDeque<Bytes> order = new ArrayDeque<>();
    for (int step = 0; step < 30_000; step++) {
      // It grows to many times of what is kept in memory, and then shrinks to nothing.
      boolean grows = step < 15_000 ? random.nextInt(5) > 0 : random.nextInt(5) == 0;
      if (grows) {
        Bytes key = Bytes.of("k" + random.nextInt(20_000));
        long deadline = 1L + random.nextInt(step + 1);
        keys.put(new Stored(key, Bytes.EMPTY, deadline, 1));
        expected.put(key, deadline);
        order.add(key);
      } else if (random.nextInt(2) == 0 && !order.isEmpty()) {
        Bytes key = order.removeFirst();
        assertThat(keys.remove(key) != null).isEqualTo(expected.remove(key) != null);
      } else if (!expected.isEmpty()) {
        long first = keys.nextDeadlineMillis();
        keys.removeNextToExpire();
        Bytes gone = expected.entrySet().stream()
            .filter(entry -> entry.getValue() == first && keys.get(entry.getKey()) == null)
            .findFirst()
            .orElseThrow()
            .getKey();
        expected.remove(gone);
      }
      if (step % 64 == 0) {
        database.write();
        assertThat(keys.nextDeadlineMillis())
            .as("step %s", step)
            .isEqualTo(
                expected.values().stream().min(Comparator.naturalOrder()).orElse(Long.MAX_VALUE));
      }
      if (step % 5000 == 4999) {
        database.write();
        database.close();
        open();
        keys.goOn(expected.size(), expected.size());
      }
    }
    while (!expected.isEmpty()) {
      Map.Entry<Bytes, Long> any = expected.firstEntry();
      assertThat(keys.remove(any.getKey())).isNotNull();
      expected.remove(any.getKey());
    }
    assertThat(keys.nextDeadlineMillis()).isEqualTo(Long.MAX_VALUE);
    assertThat(keys.deadlineCount()).isZero();
  }
}
