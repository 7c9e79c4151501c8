package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.EntryId;
import java.util.Map;
import java.util.TreeMap;

/** What leaders have committed, and in which terms they have done it. */
final class CommittedLog {

  private EntryId last = EntryId.NONE;

  /** By term, the index up to which leaders of that term and of earlier ones have committed. */
  private final TreeMap<Long, Long> reached = new TreeMap<>();

  /** The last entry that is committed, and with it all before it. */
  EntryId last() {
    return last;
  }

  /** A leader commits entries beyond the last. */
  void commit(EntryId entry, long leaderTerm) {
    last = entry;
    reached.put(leaderTerm, entry.index());
    // A leader that was deposed may learn late that a quorum has its entries.
    reached.tailMap(leaderTerm, false).replaceAll((laterTerm, index) -> entry.index());
  }

  /** Up to where leaders of this term and of earlier ones have committed. */
  long reachedBy(long term) {
    Map.Entry<Long, Long> latest = reached.floorEntry(term);
    return latest == null ? 0 : latest.getValue();
  }
}
