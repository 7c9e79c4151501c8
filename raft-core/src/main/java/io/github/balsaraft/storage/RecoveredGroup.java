package io.github.balsaraft.storage;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.ReplicaRecord;
import java.util.List;

/**
 * What a log store held of one group when it was opened: everything a core must know, and no command's payload.
 *
 * @param replica the replica's record
 * @param hardState term and vote; {@link HardState#INITIAL} if never written
 * @param base the position just before the first entry: the last {@link GroupWrite#base}, or {@link EntryId#NONE} if the
 *     log was never compacted
 * @param last the position of the last stored entry, or {@code base} if none is
 * @param termStarts the first stored position of each term, ascending; the first covers the first entry
 * @param configurations all stored batches of type CONFIGURATION, ascending
 * @param lastLogTimeMillis the log time of the last stored batch, or 0
 */
public record RecoveredGroup(
    ReplicaRecord replica,
    HardState hardState,
    EntryId base,
    EntryId last,
    List<EntryId> termStarts,
    List<EntryBatch> configurations,
    long lastLogTimeMillis) {

  public RecoveredGroup {
    termStarts = List.copyOf(termStarts);
    configurations = List.copyOf(configurations);
  }

  /** The first index that is stored, or the one that the next entry gets if none is. */
  public long firstIndex() {
    return base.index() + 1;
  }
}
