package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import org.jspecify.annotations.Nullable;

/**
 * What is durable of one replica. It stays as it is when the disk is wiped or damaged: that replica never comes back, and what
 * it has promised was true.
 */
final class StoredState {

  HardState hardState = HardState.INITIAL;

  /** The end of the stored log. */
  EntryId last = EntryId.NONE;

  /**
   * That of the log which a snapshot has taken the place of at a start, as long as no write says so: it may be there still, and the next
   * start without that snapshot begins with it. Else null.
   */
  @Nullable
  EntryId replaced;

  @Override
  public String toString() {
    return "stored are term " + hardState.term() + ", the vote for " + hardState.votedFor()
        + " and a log up to " + last;
  }
}
