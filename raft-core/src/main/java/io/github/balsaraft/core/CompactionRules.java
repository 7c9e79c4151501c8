package io.github.balsaraft.core;

/**
 * How much stays in the log although a snapshot covers it, so that a follower that was away for a moment needs no snapshot (Raft
 * paper 7).
 *
 * @param retainedEntries so many before the snapshot's last entry stay, if they are not too large
 * @param maxRetainedEntries so many stay at most for a follower that answers and lags; not less than {@code
 *     retainedEntries}
 * @param maxRetainedBytes neither of them is more than about so many bytes of entries, as far as their sizes are known. It does not
 *     count what a follower needs that is taking over a snapshot
 */
public record CompactionRules(
    long retainedEntries, long maxRetainedEntries, long maxRetainedBytes) {

  public CompactionRules {
    if (retainedEntries < 0 || maxRetainedEntries < retainedEntries) {
      throw new IllegalArgumentException(
          "can't retain " + retainedEntries + " to " + maxRetainedEntries + " entries");
    }
    if (maxRetainedBytes < 0) {
      throw new IllegalArgumentException("can't retain " + maxRetainedBytes + " bytes");
    }
  }
}
