package io.github.balsaraft.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.EntryId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The list of term starts against a plain list with the term of each index. */
class TermStartsTwinTest {

  @Test
  @DisplayName(
      "appending, truncating, compacting and installing leave the same terms as in a plain list")
  void randomSteps() {
    for (long seed = 1; seed <= 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      TermStarts terms = new TermStarts();
      Twin twin = new Twin();
      for (int step = 0; step < 60; step++) {
        switch (random.nextInt(6)) {
          case 0 -> {
            long index = twin.base + 1 + random.nextInt((int) (twin.last() - twin.base) + 2);
            terms.truncateFrom(index);
            twin.truncateFrom(index);
          }
          case 1 -> {
            long index = twin.base + random.nextInt((int) (twin.last() - twin.base) + 1);
            if (random.nextInt(3) == 0) {
              terms.compactTo(index);
              twin.base = index;
            }
          }
          case 2 -> {
            if (random.nextInt(4) == 0) {
              EntryId snapshot =
                  new EntryId(1 + twin.termAt(twin.last()), twin.base + 1 + random.nextInt(10));
              terms.startAfter(snapshot);
              twin.startAfter(snapshot);
            }
          }
          default -> {
            long term = Math.max(1, twin.termAt(twin.last())) + random.nextInt(3);
            int count = 1 + random.nextInt(5);
            terms.append(term, twin.last() + 1, twin.last() + count);
            twin.append(term, count);
          }
        }
        assertSame(terms, twin, random);
      }
      assertSame(new TermStarts(terms.base(), terms.starts(), terms.lastIndex()), twin, random);
    }
  }

  private static void assertSame(TermStarts terms, Twin twin, SplittableRandom random) {
    assertThat(terms.lastIndex()).isEqualTo(twin.last());
    assertThat(terms.base()).isEqualTo(twin.at(twin.base));
    assertThat(terms.last()).isEqualTo(twin.at(twin.last()));
    assertThat(terms.starts()).as("one pair for each term").isEqualTo(twin.starts());
    for (long index = twin.base; index <= twin.last(); index++) {
      assertThat(terms.termAt(index)).isEqualTo(twin.termAt(index));
      assertThat(terms.contains(twin.at(index))).isTrue();
      if (index > 0) {
        assertThat(terms.contains(new EntryId(twin.termAt(index) + 1, index))).isFalse();
      }
    }
    assertThat(terms.contains(new EntryId(1 + twin.termAt(twin.last()), twin.last() + 1)))
        .isFalse();
    for (int i = 0; i < 5; i++) {
      long index = twin.base + random.nextInt((int) (twin.last() - twin.base) + 3);
      long term = random.nextInt((int) twin.termAt(twin.last()) + 2);
      assertThat(terms.lastNotAbove(index, term))
          .as("last not above %s@%s", index, term)
          .isEqualTo(twin.lastNotAbove(index, term));
    }
  }

  /** The term of every index; index 0 has term 0. */
  private static final class Twin {
    final List<Long> terms = new ArrayList<>(List.of(0L));
    long base;

    long last() {
      return terms.size() - 1L;
    }

    long termAt(long index) {
      return terms.get((int) index);
    }

    EntryId at(long index) {
      return index == 0 ? EntryId.NONE : new EntryId(termAt(index), index);
    }

    void append(long term, int count) {
      for (int i = 0; i < count; i++) {
        terms.add(term);
      }
    }

    void startAfter(EntryId snapshot) {
      while (last() >= snapshot.index()) {
        terms.remove(terms.size() - 1);
      }
      while (last() < snapshot.index()) {
        terms.add(snapshot.term());
      }
      base = snapshot.index();
    }

    void truncateFrom(long index) {
      while (last() >= index) {
        terms.remove(terms.size() - 1);
      }
    }

    List<EntryId> starts() {
      List<EntryId> starts = new ArrayList<>();
      for (long index = base + 1; index <= last(); index++) {
        if (index == base + 1 || termAt(index) != termAt(index - 1)) {
          starts.add(at(index));
        }
      }
      return starts;
    }

    EntryId lastNotAbove(long index, long term) {
      for (long candidate = Math.min(index, last()); candidate > base; candidate--) {
        if (termAt(candidate) <= term) {
          return at(candidate);
        }
      }
      return at(base);
    }
  }
}
