package io.github.balsaraft.core;

/**
 * Whether this replica's state machine keeps up with what is committed. One that restores a snapshot, or has far to apply, should
 * not be made leader while another will do: writes and linearizable reads would wait for as long as that takes. A leader that may choose hands
 * over to others, and in an election it lets others stand first ({@link Candidacy#letsOthersGoFirst}). Safety never rests on it.
 *
 * <p>Far is a matter of time, since nobody knows how long an entry takes: something that was committed an election timeout ago is
 * not applied. After a start nothing is known of that, so there it is enough that something is not applied.
 */
final class ApplyPace {

  /** Nobody has said how far it is: as of a runtime without a state machine. */
  private static final long UNKNOWN = Long.MAX_VALUE;

  private static final long NONE = -1;

  private final CoreContext context;

  private long appliedIndex = UNKNOWN;

  /** Whether it has applied, since the start, all that was known to be committed at some moment. */
  private boolean hasCaughtUp = true;

  /** What was committed at a moment and was not applied then; {@link #NONE} if nothing is followed. One at a time is. */
  private long followedIndex = NONE;

  private long followedSinceNanos;

  ApplyPace(CoreContext context) {
    this.context = context;
  }

  /** The state machine has got so far. */
  void applied(long index) {
    if (appliedIndex == UNKNOWN) {
      hasCaughtUp = false;
    }
    appliedIndex = index;
  }

  /** The leader has committed so much; zero if it doesn't know yet. */
  void committed(long index) {
    if (index == 0) {
      return;
    }
    if (followedIndex != NONE && appliedIndex >= followedIndex) {
      followedIndex = NONE;
      hasCaughtUp = true;
    }
    if (followedIndex == NONE && appliedIndex < index) {
      followedIndex = index;
      followedSinceNanos = context.nowNanos();
    } else if (appliedIndex >= index) {
      hasCaughtUp = true;
    }
  }

  /** As of the last word of a leader. */
  boolean isLagging() {
    if (appliedIndex < context.compaction.latestIndex()) {
      return true;
    }
    return followedIndex != NONE
        && appliedIndex < followedIndex
        && (!hasCaughtUp
            || context.nowNanos() - followedSinceNanos
                >= context.options.electionTimeoutMinNanos());
  }
}
