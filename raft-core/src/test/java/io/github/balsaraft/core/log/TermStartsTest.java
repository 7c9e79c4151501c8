package io.github.balsaraft.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.EntryId;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the term starts refuse, and where they begin and end; {@link TermStartsTwinTest} has the rest. */
class TermStartsTest {

  /** After the position (3, 10): entries 11 and 12 of term 3, 13 of term 7. */
  private final TermStarts terms =
      new TermStarts(new EntryId(3, 10), List.of(new EntryId(3, 11), new EntryId(7, 13)), 13);

  private void assertUnchanged() {
    assertThat(terms.base()).isEqualTo(new EntryId(3, 10));
    assertThat(terms.last()).isEqualTo(new EntryId(7, 13));
    assertThat(List.of(terms.termAt(10), terms.termAt(11), terms.termAt(12), terms.termAt(13)))
        .containsExactly(3L, 3L, 3L, 7L);
  }

  @Test
  @DisplayName("a recovered log whose last entries belong to no term is refused")
  void lastIndexWithoutATerm() {
    assertThatThrownBy(() -> new TermStarts(EntryId.NONE, List.of(), 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("last index 5");
    assertThatThrownBy(() -> new TermStarts(EntryId.NONE, List.of(new EntryId(1, 2)), 5))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName(
      "entries that don't follow the last one are refused, and so are those of an earlier term")
  void whatDoesNotFollow() {
    for (long[] refused : new long[][] {{7, 15, 15}, {7, 13, 13}, {7, 14, 13}, {6, 14, 14}}) {
      assertThatThrownBy(() -> terms.append(refused[0], refused[1], refused[2]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("follow");
    }
    assertUnchanged();
    TermStarts empty = new TermStarts(new EntryId(3, 10), List.of(), 10);
    assertThatThrownBy(() -> empty.append(2, 11, 11))
        .as("a term before that of the base")
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("nothing can be truncated at the base or below")
  void truncatingTheBase() {
    for (long index : new long[] {9, 10}) {
      assertThatThrownBy(() -> terms.truncateFrom(index))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertUnchanged();
    terms.truncateFrom(14);
    assertUnchanged();
    terms.truncateFrom(11);
    assertThat(terms.last()).isEqualTo(new EntryId(3, 10));
  }

  @Test
  @DisplayName(
      "compacting to the base or below changes nothing; to the last entry leaves its position")
  void compactingToTheEnds() {
    terms.compactTo(9);
    terms.compactTo(10);
    assertUnchanged();
    terms.compactTo(12);
    assertThat(terms.base()).isEqualTo(new EntryId(3, 12));
    assertThat(terms.last()).isEqualTo(new EntryId(7, 13));
    terms.compactTo(13);
    assertThat(terms.base()).isEqualTo(new EntryId(7, 13));
    assertThat(terms.last()).isEqualTo(new EntryId(7, 13));
    terms.append(7, 14, 20);
    assertThat(terms.termAt(14)).isEqualTo(7);
    assertThat(terms.termAt(20)).isEqualTo(7);
  }

  @Test
  @DisplayName("no term is said of an index below the base or above the last")
  void outside() {
    for (long index : new long[] {9, 14}) {
      assertThatThrownBy(() -> terms.termAt(index)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  @DisplayName("entries of the base's own term may follow it")
  void sameTermAsTheBase() {
    terms.startAfter(new EntryId(9, 40));
    terms.append(9, 41, 42);
    terms.append(9, 43, 43);
    terms.append(10, 44, 44);
    assertThat(List.of(terms.termAt(40), terms.termAt(41), terms.termAt(43), terms.termAt(44)))
        .containsExactly(9L, 9L, 9L, 10L);
  }

  @Test
  @DisplayName("a term for each of very many entries")
  void manyTerms() {
    TermStarts many = new TermStarts(EntryId.NONE, List.of(), 0);
    for (long index = 1; index <= 1000; index++) {
      many.append(2 * index, index, index);
    }
    for (long index = 1; index <= 1000; index++) {
      assertThat(many.termAt(index)).isEqualTo(2 * index);
    }
  }
}
