package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.storage.CompactedException;
import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers beside a writer that appends, truncates and compacts: they get the entries or a clear refusal, never a hole. */
class ConcurrentReadTest {

  private static final int STEPS = 600;
  private static final int READERS = 2;

  @TempDir
  Path temporary;

  /** The latest term of which each index was written, as far as the writer has said. */
  private final AtomicLongArray terms = new AtomicLongArray(2 * STEPS + 2);

  private final AtomicLong first = new AtomicLong(1);
  private final AtomicLong last = new AtomicLong();
  private final AtomicBoolean done = new AtomicBoolean();

  /** What the writer waits for before it goes on, so that no reader comes when all is over. */
  private final CountDownLatch haveRead = new CountDownLatch(READERS);

  @Test
  void readersSeeEntriesOrARefusal() throws Exception {
    ExecutorService readers = Executors.newFixedThreadPool(READERS);
    try (LogStore store = TestLog.at(temporary.resolve("log"))
        .memtableBytes(64 << 10)
        .watchMillis(1)
        .durability(LogStore.Durability.UNSAFE_NOT_SYNCED)
        .build()) {
      TestLog.create(store);
      List<Future<Integer>> results = new ArrayList<>();
      for (int seed = 0; seed < READERS; seed++) {
        Random random = new Random(seed);
        results.add(readers.submit(() -> read(store, random)));
      }
      try {
        write(store, new Random(9));
      } finally {
        done.set(true);
      }
      for (Future<Integer> result : results) {
        assertThat(result.get()).as("successful reads").isPositive();
      }
    } finally {
      readers.shutdownNow();
    }
  }

  /** The writer's thread reads where another one could: behind the write, before the writer has said so. */
  @Test
  void whatIsBeingTruncatedIsRefusedAndNotCalledDamaged() {
    AtomicReference<LogStore> reading = new AtomicReference<>();
    AtomicReference<Throwable> found = new AtomicReference<>();
    try (LogStore store = TestLog.at(temporary.resolve("log"))
        .writer((db, options, batch) -> {
          db.write(options, batch);
          if (reading.get() != null) {
            found.set(catchThrowable(() -> reading.get().read(TestLog.G, 5, 10, 1_000)));
          }
        })
        .build()) {
      TestLog.create(store);
      for (long index = 1; index <= 10; index++) {
        TestLog.append(store, TestLog.batch(index, 10));
      }
      reading.set(store);
      store.write(
          LogWrite.of(List.of(new GroupWrite(TestLog.G, null, null, 5, EntryId.NONE, List.of()))));
      assertThat(found.get())
          .isInstanceOf(LogStoreException.class)
          .hasMessageContaining("ends at 4");
    }
  }

  private void write(LogStore store, Random random) throws InterruptedException {
    long term = 1;
    for (int step = 0; step < STEPS; step++) {
      long from = last.get() + 1;
      if (random.nextInt(5) == 0 && last.get() - first.get() > 10) {
        from -= random.nextInt(5);
        last.set(from - 1);
        term++;
      }
      EntryId base = EntryId.NONE;
      if (random.nextInt(7) == 0 && last.get() - first.get() > 40) {
        long index = first.get() + random.nextInt(20);
        base = new EntryId(terms.get((int) index), index);
        first.set(index + 1);
      }
      List<EntryBatch> batches = List.of(batch(term, from), batch(term, from + 1));
      store.write(LogWrite.of(List.of(new GroupWrite(TestLog.G, null, null, from, base, batches))));
      terms.set((int) from, term);
      terms.set((int) from + 1, term);
      last.set(from + 1);
      if (step == 0) {
        // One that fails before says why in the end.
        boolean unused = haveRead.await(30, TimeUnit.SECONDS);
      }
    }
  }

  /** Another in each term, so that one that was truncated isn't taken for what has come in its place. */
  private static EntryBatch batch(long term, long index) {
    byte[] payload = new byte[700];
    new Random(index * STEPS + term).nextBytes(payload);
    return Payloads.single(EntryType.COMMAND, payload).place(new EntryId(term, index), index);
  }

  private int read(LogStore store, Random random) {
    int successful = 0;
    while (!done.get()) {
      long low = first.get();
      long high = last.get();
      if (high < low) {
        continue;
      }
      long from = low + random.nextLong(high - low + 1);
      List<Long> termsBefore = LongStream.rangeClosed(from, high)
          .mapToObj(index -> terms.get((int) index))
          .toList();
      try {
        long next = from;
        for (EntryBatch batch : store.read(TestLog.G, from, high, 5_000)) {
          assertThat(batch).isEqualTo(batch(batch.term(), next));
          assertThat(batch.term()).isGreaterThanOrEqualTo(termsBefore.get((int) (next - from)));
          next++;
        }
        if (++successful == 1) {
          haveRead.countDown();
        }
      } catch (CompactedException e) {
        assertThat(e.firstIndex()).isGreaterThan(from);
      } catch (LogStoreException e) {
        assertThat(e).as("a truncated end").hasMessageContaining("ends at");
      }
    }
    return successful;
  }
}
