package io.github.balsaraft.core;

/**
 * How much stays in the log although a snapshot covers it, so that a follower that was away for a moment needs no snapshot (Raft
 * paper 7).
 *
 * @param retainedEntries so many before the snapshot's last entry stay, if they are not too large
 * @param maxRetainedEntries so many stay at most for a follower that answers and lags; not less than {@code
 *     retainedEntries}
 * @param maxRetainedBytes neither of them is more than about so many bytes of entries, as far as their sizes are known
 * @param maxTakeoverBytes about so many bytes of entries at most stay for a follower that takes over a snapshot, whatever the other
 *     bounds are, as far as their sizes are known: one that comes to no end must not fill the leader's disk
 */
public record CompactionRules(
    long retainedEntries, long maxRetainedEntries, long maxRetainedBytes, long maxTakeoverBytes) {

  public CompactionRules {
    if (retainedEntries < 0 || maxRetainedEntries < retainedEntries) {
      throw new IllegalArgumentException(
          "can't retain " + retainedEntries + " to " + maxRetainedEntries + " entries");
    }
    if (maxRetainedBytes < 0 || maxTakeoverBytes < 0) {
      throw new IllegalArgumentException("can't retain " + maxRetainedBytes + " bytes, or "
          + maxTakeoverBytes + " for a takeover");
    }
  }
}
