package io.github.balsaraft.model;

/**
 * Position of one entry: the term that created it and its index. Two logs that hold the same {@code EntryId} are equal
 * up to it (Raft paper 5.3, log matching).
 *
 * <p>The natural order is the one of the voting rule: the later term wins, and within a term the longer log (Raft
 * paper 5.4.1).
 *
 * @param term zero for {@link #NONE} only
 * @param index zero for {@link #NONE} only
 */
public record EntryId(long term, long index) implements Comparable<EntryId> {

  /** The position before the first entry. */
  public static final EntryId NONE = new EntryId(0, 0);

  public EntryId {
    if (term < 0 || index < 0 || (term == 0) != (index == 0)) {
      throw new IllegalArgumentException("no entry is at term " + term + ", index " + index);
    }
  }

  @Override
  public int compareTo(EntryId other) {
    int byTerm = Long.compare(term, other.term);
    return byTerm != 0 ? byTerm : Long.compare(index, other.index);
  }

  /** Writes {@code index@term}. */
  @Override
  public String toString() {
    return index + "@" + term;
  }
}
