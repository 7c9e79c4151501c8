package io.github.balsaraft.storage;

/** The entries asked for were compacted away: a snapshot stands in for them. */
public final class CompactedException extends LogStoreException {

  private static final long serialVersionUID = 1L;

  private final long firstIndex;

  public CompactedException(long askedIndex, long firstIndex) {
    super("the entry at " + askedIndex + " was compacted away, the log starts at " + firstIndex);
    this.firstIndex = firstIndex;
  }

  /** The first index that the log still has. */
  public long firstIndex() {
    return firstIndex;
  }
}
