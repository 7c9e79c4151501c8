package io.github.balsaraft.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Entry;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Payloads;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The window of recent entries and the log's writes against plain lists of single entries. */
class LogTwinTest {

  @Test
  @DisplayName(
      "the window reads what a plain list has, cut to the range and the size that was asked for")
  void window() {
    for (long seed = 1; seed <= 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      LogWindow window = new LogWindow();
      List<Entry> twin = new ArrayList<>();
      for (int step = 0; step < 200; step++) {
        int choice = random.nextInt(10);
        if (choice == 0 && window.firstIndex() <= twin.size()) {
          int from = (int) window.firstIndex()
              + random.nextInt(twin.size() - (int) window.firstIndex() + 1);
          window.truncateFrom(from);
          twin.subList(from - 1, twin.size()).clear();
        } else if (choice == 1) {
          window.evict(random.nextInt(twin.size() + 1), random.nextInt(500));
        } else {
          EntryBatch batch = batch(random, 1, twin.size() + 1);
          window.append(batch);
          twin.addAll(batch.entries());
        }
        assertReads(random, window, twin);
      }
    }
  }

  private static void assertReads(SplittableRandom random, LogWindow window, List<Entry> twin) {
    long bytes = 0;
    if (!twin.isEmpty()) {
      long from = 1L + random.nextInt(twin.size());
      long to = from + random.nextInt(twin.size() - (int) from + 1);
      long maxBytes = 1L + random.nextInt(400);
      List<EntryBatch> read = window.read(from, to, maxBytes);
      assertThat(read == null).isEqualTo(window.firstIndex() > from);
      if (read != null) {
        List<Entry> entries = new ArrayList<>();
        for (EntryBatch batch : read) {
          entries.addAll(batch.entries());
          bytes += batch.sizeInBytes();
        }
        assertThat(entries)
            .isNotEmpty()
            .isEqualTo(twin.subList((int) from - 1, (int) from - 1 + entries.size()));
        assertThat(entries.size()).isLessThanOrEqualTo((int) (to - from + 1));
        assertThat(bytes <= maxBytes || entries.size() == 1).isTrue();
      }
    }
  }

  @Test
  @DisplayName(
      "whatever is written, in whatever order truncations come, the disk ends up with the log")
  void writes() {
    for (long seed = 1; seed <= 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      RaftLog log = new RaftLog(new TermStarts(), 0);
      List<Entry> twin = new ArrayList<>();
      List<Entry> disk = new ArrayList<>();
      TreeMap<Long, List<Entry>> diskAfter = new TreeMap<>();
      long sequence = 0;
      long done = 0;
      for (int step = 0; step < 120; step++) {
        switch (random.nextInt(6)) {
          case 0 -> {
            int from = 1 + random.nextInt(twin.size() + 1);
            if (from <= twin.size()) {
              log.truncateFrom(from);
              twin.subList(from - 1, twin.size()).clear();
            }
          }
          case 1 -> {
            if (log.hasUnwritten()) {
              RaftLog.Changes changes = log.takeWrite(++sequence);
              disk = apply(disk, changes);
              assertThat(disk).isEqualTo(twin);
              diskAfter.put(sequence, disk);
            }
          }
          case 2 -> {
            if (done < sequence) {
              done += 1 + random.nextInt((int) (sequence - done));
              log.written(done);
            }
          }
          default -> {
            long term = 1L + step / 10;
            EntryBatch batch = batch(random, term, twin.size() + 1);
            log.append(batch);
            twin.addAll(batch.entries());
          }
        }
        assertDurable(log, twin, done == 0 ? List.of() : diskAfter.get(done), done == sequence);
      }
    }
  }

  /** What the log calls durable is on the disk as it was after the last completed write, and is the log's own. */
  private static void assertDurable(
      RaftLog log, List<Entry> twin, List<Entry> durable, boolean allDone) {
    assertThat(log.lastIndex()).isEqualTo(twin.size());
    assertThat(log.durableIndex()).isLessThanOrEqualTo(durable.size());
    int end = (int) log.durableIndex();
    assertThat(durable.subList(0, end)).isEqualTo(twin.subList(0, end));
    if (allDone && !log.hasUnwritten()) {
      assertThat(log.durableIndex()).as("nor too modest").isEqualTo(log.lastIndex());
    }
  }

  private static List<Entry> apply(List<Entry> disk, RaftLog.Changes changes) {
    List<Entry> next = new ArrayList<>(disk);
    if (changes.truncateFrom() > 0 && changes.truncateFrom() <= next.size()) {
      next.subList((int) changes.truncateFrom() - 1, next.size()).clear();
    }
    for (EntryBatch batch : changes.append()) {
      assertThat(batch.firstIndex()).isEqualTo(next.size() + 1);
      next.addAll(batch.entries());
    }
    return next;
  }

  private static EntryBatch batch(SplittableRandom random, long term, long firstIndex) {
    Payloads payloads = new Payloads(EntryType.COMMAND, 10);
    for (int count = 1 + random.nextInt(4); count > 0; count--) {
      byte[] payload = new byte[random.nextInt(60)];
      java.util.Arrays.fill(payload, (byte) random.nextInt());
      payloads.add(payload, Payloads.checksum(payload));
    }
    return payloads.place(new EntryId(term, firstIndex), 0);
  }
}
