package io.github.balsaraft.core;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.ReplicaId;
import org.jspecify.annotations.Nullable;

/**
 * A voter's side of leases (Raft thesis 6.4.1): as long as the window of {@link LeaseRules} since it last heard its leader, it
 * votes for nobody else, itself included. It outlives every role, and no setting of this member shortens it (trap 27).
 *
 * <p>The window is the longest of all configurations that may still be in force, which is all from the latest known to be
 * committed on. A window that gets shorter does so for what is heard from then on.
 *
 * <p>A process that starts may have forgotten that it has heard a leader a moment ago, so it starts with a whole window.
 */
final class LeasePromise {

  private static final long MILLI = 1_000_000;

  private final CoreContext context;

  /** Whom it has heard last; null if that is forgotten. */
  private @Nullable ReplicaId leader;

  private boolean anyHeard = true;
  private long heardNanos;

  /** What was promised when a leader was heard, whatever the configurations say since. */
  private long promisedUntilNanos;

  LeasePromise(CoreContext context) {
    this.context = context;
    heard(null);
  }

  /** The leader of the current term was heard. */
  void heard(@Nullable ReplicaId from) {
    leader = from;
    anyHeard = true;
    heardNanos = context.nowNanos();
    promisedUntilNanos = Math.max(promisedUntilNanos, heardNanos + windowNanos());
  }

  /**
   * A configuration is known again whose entry could not be read when this process started: what was promised under it holds,
   * even if a later one is known by now.
   */
  void knows(Configuration refilled) {
    long windowNanos = refilled.leaseRules().windowMillis() * MILLI;
    promisedUntilNanos = Math.max(promisedUntilNanos, heardNanos + windowNanos);
  }

  /**
   * This replica leads. Whoever led before relies on no lease any more, and can't get a new one: a quorum is in a later
   * term.
   */
  void lead() {
    leader = null;
    anyHeard = false;
    promisedUntilNanos = 0;
  }

  /**
   * Whether a vote for this candidate would break the promise. A leader that asks for votes itself has left its office, and its
   * lease with it.
   */
  boolean forbids(ReplicaId candidate) {
    return context.nowNanos() < untilNanos() && !candidate.equals(leader);
  }

  /** Until when; a moment in the past if it promises nothing. */
  long untilNanos() {
    // A configuration that came later may ask for more than the one when the leader was heard.
    return anyHeard ? Math.max(promisedUntilNanos, heardNanos + windowNanos()) : 0;
  }

  /** The length of the promise; zero without leases. */
  long windowNanos() {
    long millis = 0;
    for (Configuration possible : context.configurations.possible()) {
      millis = Math.max(millis, possible.leaseRules().windowMillis());
    }
    return millis * MILLI;
  }
}
