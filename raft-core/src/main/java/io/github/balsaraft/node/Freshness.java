package io.github.balsaraft.node;

import io.github.balsaraft.core.CoreView;

/**
 * How old the local state may be. Whenever the replica is in touch with a leader that knows what is committed, it notes the
 * moment and the commit index; once the state machine has applied that index, the state is known to be at least as new as
 * that moment.
 *
 * <p>One such note is followed at a time: under a steady load the state is always a little behind, and the newest note would
 * never be reached.
 */
final class Freshness {

  private static final long NEVER = -1;

  private long lastContactNanos = NEVER;
  private long noted = NEVER;
  private long notedIndex;

  /** Read on callers' threads: a stale read is refused while nothing is known of the state's age. */
  private volatile long freshNanos = NEVER;

  /** Takes a look, between two steps of the core. */
  void observe(CoreView core, long appliedIndex) {
    lastContactNanos = Math.max(lastContactNanos, core.lastLeaderContactNanos());
    if (noted != NEVER && appliedIndex >= notedIndex) {
      freshNanos = noted;
      noted = NEVER;
    }
    long committed = core.completeCommitIndex();
    long since = core.completeSinceNanos();
    if (noted == NEVER && since >= 0 && committed >= 0) {
      if (appliedIndex >= committed) {
        freshNanos = Math.max(freshNanos, since);
      } else {
        noted = since;
        notedIndex = committed;
      }
    }
  }

  /** When the replica last knew itself in touch with a leader, in whatever role; -1 if never. */
  long lastContactNanos() {
    return lastContactNanos;
  }

  /** The state holds everything that was committed at this moment; -1 if nothing is known. */
  long freshNanos() {
    return freshNanos;
  }
}
