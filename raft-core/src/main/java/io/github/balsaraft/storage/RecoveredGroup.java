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
 * @param firstIndex the first index that is stored, or the one after {@code last} if none is; 1 if nothing was
 *     ever compacted
 * @param last the position of the last stored entry, or {@link EntryId#NONE}
 * @param termStarts the first stored position of each term, ascending; the first covers {@code firstIndex}
 * @param configurations all stored batches of type CONFIGURATION, ascending
 * @param lastLogTimeMillis the log time of the last stored batch, or 0
 */
public record RecoveredGroup(
    ReplicaRecord replica,
    HardState hardState,
    long firstIndex,
    EntryId last,
    List<EntryId> termStarts,
    List<EntryBatch> configurations,
    long lastLogTimeMillis) {

  public RecoveredGroup {
    termStarts = List.copyOf(termStarts);
    configurations = List.copyOf(configurations);
  }
}
