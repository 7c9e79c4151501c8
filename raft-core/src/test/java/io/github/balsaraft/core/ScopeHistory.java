package io.github.balsaraft.core;

/**
 * What has happened, packed into a long: who led in each term, which entries were committed and in which term, and how much
 * of the bounds is used up.
 *
 * <pre>
 * bits  0-13  who led in terms 1 to 7, two bits each: the position plus one, or zero
 * bits 14-43  the committed entries 1 to 5: their term and the term in which they were committed, three bits each
 * bits 44-55  proposals, restarts and heartbeats, four bits each
 * </pre>
 */
final class ScopeHistory {

  private static final int COMMITTED = 14;
  private static final int MOST_COMMITTED = 5;

  /** What is counted against the bounds. */
  enum Used {
    PROPOSALS(44),
    RESTARTS(48),
    HEARTBEATS(52);

    private final int firstBit;

    Used(int firstBit) {
      this.firstBit = firstBit;
    }
  }

  private ScopeHistory() {}

  /** The position of the leader of a term, or -1. */
  static int leader(long history, long term) {
    return (int) (history >> (2 * (term - 1)) & 3) - 1;
  }

  static long withLeader(long history, long term, int position) {
    if (term > 7) {
      throw new AssertionError("there is no room for the leader of term " + term);
    }
    return history | (position + 1L) << (2 * (term - 1));
  }

  /** The term of the committed entry at an index; 0 if none is committed there. */
  static long committed(long history, long index) {
    return index > MOST_COMMITTED ? 0 : history >> (COMMITTED + 6 * (index - 1)) & 7;
  }

  /** In which term the entry at an index was committed. */
  static long committedIn(long history, long index) {
    return history >> (COMMITTED + 6 * (index - 1) + 3) & 7;
  }

  static long withCommitted(long history, long index, long term, long inTerm) {
    if (index > MOST_COMMITTED || term > 7 || inTerm > 7) {
      throw new AssertionError("there is no room for entry " + index + " of term " + term);
    }
    return history | (term | inTerm << 3) << (COMMITTED + 6 * (index - 1));
  }

  static long used(long history, Used what) {
    return history >> what.firstBit & 15;
  }

  static long oneMore(long history, Used what) {
    if (used(history, what) == 15) {
      throw new AssertionError("there is no room for more " + what);
    }
    return history + (1L << what.firstBit);
  }

  /** The same history after the replicas were renamed. */
  static long renamed(long history, int[] names) {
    long result = history & ~((1L << COMMITTED) - 1);
    for (int term = 1; term <= 7; term++) {
      int leader = leader(history, term);
      if (leader >= 0) {
        result = withLeader(result, term, names[leader + 1] - 1);
      }
    }
    return result;
  }
}
