package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;

/**
 * What is durable of one replica. It stays as it is when the disk is wiped or damaged: that replica never comes back, and what
 * it has promised was true.
 */
final class StoredState {

  HardState hardState = HardState.INITIAL;

  /** The end of the stored log. */
  EntryId last = EntryId.NONE;

  @Override
  public String toString() {
    return "stored are term " + hardState.term() + ", the vote for " + hardState.votedFor()
        + " and a log up to " + last;
  }
}
