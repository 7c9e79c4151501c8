package io.github.balsaraft.api;

/**
 * Entries that an observer has not seen are in the log no more: a snapshot stands in for them. What it has missed can be learnt from the
 * state, by a query; then it may subscribe again from {@link #firstIndex} on, or from the index that the state was of. Trying again from
 * the same index leads to the same.
 */
public final class EntriesCompactedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final long wantedIndex;
  private final long firstIndex;

  /** For the library. */
  public EntriesCompactedException(long wantedIndex, long firstIndex) {
    super("the entry at " + wantedIndex + " was compacted away, and the log here starts at "
        + firstIndex);
    this.wantedIndex = wantedIndex;
    this.firstIndex = firstIndex;
  }

  /** The entry that would have been next. */
  public long wantedIndex() {
    return wantedIndex;
  }

  /** The first that the log here still has; a moment later it may be a later one. */
  public long firstIndex() {
    return firstIndex;
  }
}
