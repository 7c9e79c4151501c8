package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryType;

/**
 * A run of entries of one type and term. Payloads are not traced.
 *
 * @param type what they mean
 * @param term who created them
 * @param firstIndex the first index
 * @param lastIndex the last index, inclusive
 */
public record TracedEntries(EntryType type, long term, long firstIndex, long lastIndex) {

  /** The entries of a batch. */
  public static TracedEntries of(EntryBatch batch) {
    return new TracedEntries(batch.type(), batch.term(), batch.firstIndex(), batch.lastIndex());
  }
}
