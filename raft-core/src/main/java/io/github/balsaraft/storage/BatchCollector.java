package io.github.balsaraft.storage;

import io.github.balsaraft.model.EntryBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers the answer to one {@link LogStore#read}: cuts the first and last batch to the range that was asked for and stops
 * at the limit in bytes. Not thread-safe.
 */
public final class BatchCollector {

  private final long toIndex;
  private final long maxBytes;
  private final List<EntryBatch> batches = new ArrayList<>();
  private long nextIndex;
  private long bytes;
  private boolean full;

  /** For an answer with entries of {@code fromIndex} to {@code toIndex}, inclusive, of about {@code maxBytes}. */
  public BatchCollector(long fromIndex, long toIndex, long maxBytes) {
    this.nextIndex = fromIndex;
    this.toIndex = toIndex;
    this.maxBytes = maxBytes;
  }

  /** Whether there is nothing more to add: the range or the limit is reached. */
  public boolean isComplete() {
    return full || nextIndex > toIndex;
  }

  /**
   * Offers the stored batch that holds {@link #nextIndex()}. Of the very first a beginning is taken even if the whole
   * exceeds the limit.
   */
  public void add(EntryBatch stored) {
    EntryBatch wanted = stored.from(nextIndex).upTo(Math.min(toIndex, stored.lastIndex()));
    if (batches.isEmpty()) {
      EntryBatch beginning = wanted.beginningOfAtMost(maxBytes);
      full = beginning.count() < wanted.count();
      wanted = beginning;
    } else if (bytes + wanted.sizeInBytes() > maxBytes) {
      full = true;
      return;
    }
    batches.add(wanted);
    bytes += wanted.sizeInBytes();
    nextIndex = wanted.lastIndex() + 1;
  }

  /** The index of the next entry that is wanted. */
  public long nextIndex() {
    return nextIndex;
  }

  /** What was gathered. */
  public List<EntryBatch> batches() {
    return batches;
  }
}
