package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.model.HostId;

/**
 * An answer to a read that need not see everything, and what was promised of it: it is the state of one member at some index between two.
 *
 * @param text for people
 * @param askedNanos when it was asked for
 * @param fromIndex the lowest index that the state may have applied up to
 * @param toIndex the highest
 * @param staleNanos how old the answer may be, by a clock of its host; negative if it was promised by its index only
 */
// An array, because answers are compared byte by byte with others where that is meant.
@SuppressWarnings("ArrayRecordComponent")
public record LooseRead(
    String text,
    HostId host,
    byte[] query,
    byte[] answer,
    long askedNanos,
    long fromIndex,
    long toIndex,
    long staleNanos) {

  @Override
  public String toString() {
    return text + " asked of " + host + " at " + askedNanos + " ns";
  }
}
