package io.github.balsaraft.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Entry;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Payloads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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
      ArrayDeque<EntryBatch> held = new ArrayDeque<>();
      for (int step = 0; step < 200; step++) {
        int choice = random.nextInt(10);
        if (choice == 0 && window.firstIndex() <= twin.size()) {
          int from = (int) window.firstIndex()
              + random.nextInt(twin.size() - (int) window.firstIndex() + 1);
          window.truncateFrom(from);
          twin.subList(from - 1, twin.size()).clear();
          while (!held.isEmpty() && held.getLast().lastIndex() >= from) {
            EntryBatch cut = held.removeLast();
            if (cut.firstIndex() < from) {
              held.addLast(cut.upTo(from - 1));
            }
          }
        } else if (choice == 1) {
          int index = random.nextInt(twin.size() + 1);
          int maxBytes = random.nextInt(500);
          window.evict(index, maxBytes);
          while (bytes(held) > maxBytes && held.getFirst().lastIndex() <= index) {
            held.removeFirst();
          }
        } else {
          EntryBatch batch = batch(random, 1, twin.size() + 1);
          window.append(batch);
          twin.addAll(batch.entries());
          held.addLast(batch);
        }
        assertThat(window.firstIndex())
            .as("evicted is what must be, and no batch more")
            .isEqualTo(held.isEmpty() ? Long.MAX_VALUE : held.getFirst().firstIndex());
        assertReads(random, window, twin);
      }
    }
  }

  private static long bytes(Collection<EntryBatch> batches) {
    return batches.stream().mapToLong(EntryBatch::sizeInBytes).sum();
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
      Content twin = new Content(EntryId.NONE, List.of());
      Content disk = twin;
      TreeMap<Long, Content> diskAfter = new TreeMap<>(Map.of(0L, disk));
      long sequence = 0;
      long done = 0;
      for (int step = 0; step < 120; step++) {
        long term = 1L + step / 10;
        switch (random.nextInt(8)) {
          case 0 -> {
            long from = twin.base.index() + 1 + random.nextInt(twin.entries.size() + 1);
            if (from <= twin.lastIndex()) {
              log.truncateFrom(from);
              twin = twin.upTo(from - 1);
            }
          }
          case 6 -> {
            long to = twin.base.index()
                + random.nextInt((int) Math.max(1, log.durableIndex() - twin.base.index() + 1));
            if (to > twin.base.index() && to <= log.durableIndex()) {
              log.compactTo(to);
              twin = twin.startAfter(twin.at(to));
            }
          }
          case 7 -> {
            // What an installed snapshot may stand in for: a position that the log doesn't have.
            EntryId position =
                new EntryId(term, twin.base.index() + 1 + random.nextInt(twin.entries.size() + 3));
            if (random.nextInt(3) == 0 && !twin.has(position)) {
              log.startAfter(position, 0);
              twin = new Content(position, List.of());
            }
          }
          case 1 -> {
            if (log.hasUnwritten()) {
              RaftLog.Changes changes = log.takeWrite(++sequence);
              disk = disk.after(changes);
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
            EntryBatch batch = batch(random, term, twin.lastIndex() + 1);
            log.append(batch);
            twin = twin.append(batch);
          }
        }
        assertDurable(log, twin, diskAfter.get(done), done == sequence);
      }
    }
  }

  /** What the log calls durable is on the disk as it was after the last completed write, and is the log's own. */
  private static void assertDurable(RaftLog log, Content twin, Content durable, boolean allDone) {
    assertThat(log.base()).isEqualTo(twin.base);
    assertThat(log.lastIndex()).isEqualTo(twin.lastIndex());
    assertThat(log.durableIndex()).isLessThanOrEqualTo(durable.lastIndex());
    long from = Math.max(twin.base.index(), durable.base.index());
    for (long index = from; index <= log.durableIndex(); index++) {
      assertThat(durable.at(index)).isEqualTo(twin.at(index));
    }
    if (allDone && !log.hasUnwritten()) {
      assertThat(log.durableIndex()).as("nor too modest").isEqualTo(log.lastIndex());
    }
  }

  /** A log as plain lists have it. */
  private record Content(EntryId base, List<Entry> entries) {

    long lastIndex() {
      return base.index() + entries.size();
    }

    EntryId at(long index) {
      return index == base.index()
          ? base
          : entries.get((int) (index - base.index()) - 1).id();
    }

    boolean has(EntryId position) {
      return entries.stream().anyMatch(entry -> entry.id().equals(position));
    }

    Content upTo(long index) {
      return new Content(
          base, entries.stream().filter(entry -> entry.id().index() <= index).toList());
    }

    Content startAfter(EntryId position) {
      boolean held = has(position);
      return new Content(
          position,
          entries.stream()
              .filter(entry -> held && entry.id().index() > position.index())
              .toList());
    }

    Content append(EntryBatch batch) {
      assertThat(batch.firstIndex()).isEqualTo(lastIndex() + 1);
      List<Entry> next = new ArrayList<>(entries);
      next.addAll(batch.entries());
      return new Content(base, next);
    }

    Content after(RaftLog.Changes changes) {
      Content next = changes.truncateFrom() > 0 ? upTo(changes.truncateFrom() - 1) : this;
      if (changes.base().index() > 0) {
        next = next.startAfter(changes.base());
      }
      for (EntryBatch batch : changes.append()) {
        next = next.append(batch);
      }
      return next;
    }
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
