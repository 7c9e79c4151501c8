package io.github.balsaraft.core;

/**
 * How many entries stay in the log although a snapshot covers them, so that a follower that was away for a moment needs no
 * snapshot (Raft paper 7).
 *
 * @param retainedEntries so many before the snapshot's last entry stay in any case
 * @param maxRetainedEntries so many stay at most for a follower that answers and lags; not less than {@code
 *     retainedEntries}
 */
public record CompactionRules(long retainedEntries, long maxRetainedEntries) {

  public CompactionRules {
    if (retainedEntries < 0 || maxRetainedEntries < retainedEntries) {
      throw new IllegalArgumentException(
          "can't retain " + retainedEntries + " to " + maxRetainedEntries + " entries");
    }
  }
}
