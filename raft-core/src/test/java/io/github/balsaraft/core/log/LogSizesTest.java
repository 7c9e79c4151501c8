package io.github.balsaraft.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class LogSizesTest {

  private final LogSizes sizes = new LogSizes();

  /** Entries 11 to 15, of 100 bytes each. */
  private void fill() {
    for (long index = 11; index <= 15; index++) {
      sizes.append(index, index, 100);
    }
  }

  @Test
  void ofNothingKnownThereIsNoBound() {
    assertThat(sizes.startOfBytes(10, 0)).isZero();
    sizes.append(11, 15, 100);
    assertThat(sizes.startOfBytes(10, 0)).isZero();
    sizes.clear();
    assertThat(sizes.startOfBytes(15, 0)).isZero();
  }

  @Test
  void asManyStayAsTheBytesAllow() {
    fill();
    assertThat(sizes.startOfBytes(15, 0)).isEqualTo(15);
    assertThat(sizes.startOfBytes(15, 99)).isEqualTo(15);
    assertThat(sizes.startOfBytes(15, 100)).isEqualTo(14);
    assertThat(sizes.startOfBytes(15, 299)).isEqualTo(13);
    assertThat(sizes.startOfBytes(15, 499)).isEqualTo(11);
    assertThat(sizes.startOfBytes(15, 500)).as("those before may be small").isZero();
    assertThat(sizes.startOfBytes(13, 100)).isEqualTo(12);
    assertThat(sizes.startOfBytes(13, 300)).isZero();
  }

  @Test
  void anEndWithinABatchCountsAllOfIt() {
    sizes.append(1, 10, 1000);
    sizes.append(11, 20, 1000);
    assertThat(sizes.startOfBytes(15, 1500)).isEqualTo(10);
    assertThat(sizes.startOfBytes(15, 500)).isEqualTo(15);
    assertThat(sizes.startOfBytes(99, 1500)).isEqualTo(10);
  }

  @Test
  void whatIsTruncatedCountsNoMore() {
    fill();
    sizes.truncateFrom(14);
    assertThat(sizes.startOfBytes(13, 100)).isEqualTo(12);
    sizes.append(14, 14, 1000);
    assertThat(sizes.startOfBytes(14, 1000)).isEqualTo(13);
    assertThat(sizes.startOfBytes(14, 1100)).isEqualTo(12);
    sizes.truncateFrom(1);
    assertThat(sizes.startOfBytes(14, 0)).isZero();
    sizes.append(5, 5, 10);
    assertThat(sizes.startOfBytes(5, 9)).isEqualTo(5);
  }

  @Test
  void whatIsCompactedIsForgottenAndTheRestIsAsBefore() {
    fill();
    sizes.compactTo(12);
    assertThat(sizes.startOfBytes(15, 200)).isEqualTo(13);
    assertThat(sizes.startOfBytes(15, 300)).isZero();
    sizes.compactTo(99);
    assertThat(sizes.startOfBytes(15, 0)).isZero();
    sizes.append(16, 16, 70);
    assertThat(sizes.startOfBytes(16, 69)).isEqualTo(16);
  }

  /** Of a log of very many batches only some are remembered: never too few are kept back, and not many too many. */
  @Test
  void aLongLogIsKnownAbout() {
    Random random = new Random(7);
    TreeMap<Long, Long> totals = new TreeMap<>();
    long index = 0;
    long total = 0;
    totals.put(0L, 0L);
    for (int i = 0; i < 100_000; i++) {
      long first = index + 1;
      index += 1 + random.nextInt(5);
      long bytes = 50L + random.nextInt(1000);
      total += bytes;
      totals.put(index, total);
      sizes.append(first, index, bytes);
    }
    for (int i = 0; i < 1000; i++) {
      long end = 1L + random.nextInt((int) index);
      long most = random.nextInt((int) total);
      long start = sizes.startOfBytes(end, most);
      long kept = totals.ceilingEntry(end).getValue() - totals.floorEntry(start).getValue();
      long all = totals.ceilingEntry(end).getValue();
      assertThat(kept).isLessThanOrEqualTo(most);
      assertThat(kept).isGreaterThan(Math.min(most, all) - total / 64);
    }
  }

  /** Where the log would begin if ever more bytes of it stayed: at places that are remembered. */
  private Set<Long> starts(long end, int entries) {
    Set<Long> starts = new TreeSet<>();
    for (int kept = 0; kept < entries; kept++) {
      starts.add(sizes.startOfBytes(end, 100L * kept));
    }
    return starts;
  }

  @Test
  void ofALongLogFewPlacesAreRemembered() {
    int entries = 10_000;
    for (long index = 1; index <= entries; index++) {
      sizes.append(index, index, 100);
    }
    assertThat(starts(entries, entries)).hasSizeBetween(64, 257);
  }

  @Test
  void aLogThatIsShortAgainIsKnownExactly() {
    long index = 0;
    while (index < 10_000) {
      index++;
      sizes.append(index, index, 100);
    }
    // Compaction cuts a piece each time, and what is appended since is known better and better.
    for (int times = 0; times < 20; times++) {
      sizes.compactTo(index);
      index++;
      sizes.append(index, index, 100);
    }
    for (int i = 0; i < 50; i++) {
      index++;
      sizes.append(index, index, 100);
    }
    assertThat(starts(index, 50)).hasSize(50);
  }
}
