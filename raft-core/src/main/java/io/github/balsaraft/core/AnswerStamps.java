package io.github.balsaraft.core;

/**
 * When this replica gave its latest answers to heartbeats, by the numbers that it put on them. A message that names one of these
 * numbers was sent after that answer was given, however long it has been under way.
 *
 * <p>Numbers are never used twice, and those of an earlier process mean nothing: they were minted on another clock.
 */
final class AnswerStamps {

  static final long UNKNOWN = -1;

  /** More than are under way at once, even with a round trip of sixteen heartbeat intervals; a power of two. */
  private static final int KEPT = 64;

  private final long apartNanos;
  private final long[] givenNanos = new long[KEPT];
  private long first;
  private long next;

  /**
   * Nothing is given yet.
   *
   * @param heartbeatNanos between two heartbeats that no read has asked for
   */
  AnswerStamps(long heartbeatNanos) {
    this.apartNanos = heartbeatNanos / 4;
  }

  /**
   * Says where numbers start; only the first call counts.
   *
   * @param drawn at random, so that no earlier process of this replica has used the numbers
   */
  void startAt(long drawn) {
    if (next == 0) {
      // A quarter of all numbers, so that counting up from
      // here never wraps around; zero is no stamp.
      first = (drawn >>> 2) + 1;
      next = first;
    }
  }

  /**
   * The number for an answer that is given now. Reads at the leader open rounds of heartbeats as fast as they are answered, so that the last
   * 64 answers may all have been given within the round trip to a distant leader: an answer soon after another one has the same number, which
   * stands for the earlier moment.
   */
  long give(long nowNanos) {
    if (next > first && nowNanos - givenNanos[slot(next - 1)] < apartNanos) {
      return next - 1;
    }
    givenNanos[slot(next)] = nowNanos;
    return next++;
  }

  /** When the answer with this number was given; {@link #UNKNOWN} if not by this process, or too many answers ago. */
  long givenNanos(long stamp) {
    return stamp < first || stamp >= next || next - stamp > KEPT
        ? UNKNOWN
        : givenNanos[slot(stamp)];
  }

  private static int slot(long stamp) {
    return (int) (stamp & (KEPT - 1));
  }
}
