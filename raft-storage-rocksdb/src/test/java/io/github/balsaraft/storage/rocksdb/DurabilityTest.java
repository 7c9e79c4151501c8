package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStore.Durability;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.testing.UnprintableError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Statistics;
import org.rocksdb.TickerType;

/** When something is on disk, and what happens when it can't get there. */
class DurabilityTest {

  @TempDir
  Path temporary;

  @Test
  void trap48_everyWriteIsSynced() {
    NativeLibrary.load();
    try (Statistics counters = new Statistics();
        LogStore store =
            TestLog.at(temporary.resolve("log")).statistics(counters).build()) {
      assertThat(store.durability()).isEqualTo(Durability.SYNCED);
      TestLog.create(store);
      for (int index = 1; index <= 50; index++) {
        long before = counters.getTickerCount(TickerType.WAL_FILE_SYNCED);
        TestLog.append(store, TestLog.batch(index, 100));
        assertThat(counters.getTickerCount(TickerType.WAL_FILE_SYNCED)).isEqualTo(before + 1);
      }
    }
  }

  @Test
  void unsafeModeStillSyncsVotes() {
    NativeLibrary.load();
    try (Statistics counters = new Statistics();
        LogStore store = TestLog.at(temporary.resolve("log"))
            .durability(Durability.UNSAFE_NOT_SYNCED)
            .statistics(counters)
            .build()) {
      assertThat(store.durability()).isEqualTo(Durability.UNSAFE_NOT_SYNCED);
      TestLog.create(store);
      long before = counters.getTickerCount(TickerType.WAL_FILE_SYNCED);
      TestLog.append(store, TestLog.batch(1, 100));
      assertThat(counters.getTickerCount(TickerType.WAL_FILE_SYNCED)).isEqualTo(before);
      store.write(LogWrite.of(List.of(
          new GroupWrite(TestLog.G, null, new HardState(1, null), 0, EntryId.NONE, List.of()))));
      assertThat(counters.getTickerCount(TickerType.WAL_FILE_SYNCED)).isEqualTo(before + 1);
    }
  }

  /** After a crash the log may be in the page cache only: reading it proves nothing. */
  @Test
  void whatIsReplayedGoesToNewFilesBeforeItIsTrusted() throws IOException {
    Path live = temporary.resolve("live");
    Path killed = temporary.resolve("killed");
    try (LogStore store = TestLog.at(live).build()) {
      TestLog.create(store);
      TestLog.append(store, TestLog.batch(1, 100));
      Folders.copy(live, killed);
    }
    List<Path> before = Folders.list(killed);
    assertThat(before).noneMatch(file -> file.toString().endsWith(".sst"));
    try (LogStore store = TestLog.at(killed).build()) {
      store.recover();
      List<Path> created = new ArrayList<>(Folders.list(killed));
      created.removeAll(before);
      assertThat(created)
          .as("tables of both families, synced before they are in the MANIFEST")
          .satisfies(files -> assertThat(
                  files.stream().filter(file -> file.toString().endsWith(".sst")))
              .hasSize(2));
      assertThat(created)
          .as("a MANIFEST of this process")
          .anyMatch(file -> file.getFileName().toString().startsWith("MANIFEST-"));
      List<Path> oldLogs = new ArrayList<>(WalCheck.files(killed));
      oldLogs.retainAll(before);
      for (Path log : oldLogs) {
        Files.delete(log);
      }
      Folders.copy(killed, temporary.resolve("later"));
    }
    try (LogStore store = TestLog.at(temporary.resolve("later")).build()) {
      assertThat(TestLog.readAll(store, store.recover().groups().get(TestLog.G)))
          .as("without the old write-ahead log")
          .containsExactly(TestLog.batch(1, 100));
    }
  }

  /** Nothing is known of what the disk holds, nor what has failed. */
  @Test
  void aFailedWriteIsTheLastEvenIfItsFailureCanNotBeSaid() {
    AtomicBoolean failing = new AtomicBoolean();
    AtomicReference<LogStoreException> failure = new AtomicReference<>();
    BatchWriter writer = (db, options, batch) -> {
      if (failing.get()) {
        throw new UnprintableError();
      }
      db.write(options, batch);
    };
    try (LogStore store = TestLog.at(temporary.resolve("log")).writer(writer).build()) {
      TestLog.create(store);
      store.onFailure(failure::set);
      failing.set(true);
      boolean thrown = false;
      try {
        TestLog.append(store, TestLog.batch(1, 10));
      } catch (UnprintableError e) {
        thrown = true;
      }
      assertThat(thrown).isTrue();
      failing.set(false);
      assertThat(failure.get()).as("the listener was called").isNotNull();
      assertThatThrownBy(() -> TestLog.append(store, TestLog.batch(1, 10)))
          .isInstanceOf(LogStoreException.class)
          .hasMessageContaining("has failed before");
    }
  }

  /** The folder vanishes under the store, so that the next table file can't be created: a flush fails, no write does. */
  @Test
  void failureInTheBackgroundEndsTheStore() throws Exception {
    Path folder = temporary.resolve("log");
    CountDownLatch told = new CountDownLatch(1);
    AtomicReference<LogStoreException> failure = new AtomicReference<>();
    try (LogStore store = TestLog.at(folder).memtableBytes(64 << 10).build()) {
      TestLog.create(store);
      store.onFailure(e -> {
        failure.set(e);
        told.countDown();
      });
      Files.move(folder, temporary.resolve("elsewhere"));
      for (long index = 1; index <= 1_000 && failure.get() == null; index++) {
        try {
          TestLog.append(store, TestLog.batch(index, 1_000));
        } catch (LogStoreException e) {
          break;
        }
      }
      assertThat(told.await(30, TimeUnit.SECONDS)).as("the listener was called").isTrue();
      Files.move(temporary.resolve("elsewhere"), folder);
      for (int attempt = 0; attempt < 3; attempt++) {
        assertThatThrownBy(() -> TestLog.append(store, TestLog.batch(2_000, 10)))
            .isInstanceOf(LogStoreException.class)
            .hasMessageContaining("has failed before");
      }
      AtomicReference<LogStoreException> late = new AtomicReference<>();
      store.onFailure(late::set);
      assertThat(late.get()).isSameAs(failure.get());
    }
  }
}
