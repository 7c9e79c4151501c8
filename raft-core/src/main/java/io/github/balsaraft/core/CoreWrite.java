package io.github.balsaraft.core;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HardState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must be made durable, atomically and in the order of the sequence numbers. {@link RaftCore#written} says that it is.
 *
 * @param sequence grows with every write
 * @param hardState term and vote, or null if they have not changed
 * @param truncateFrom remove entries at this index and above first; 0 for none
 * @param base then let the log start after this position; {@link EntryId#NONE} for no change. If the log has this entry,
 *     those after it stay; else none does. A durable, verified snapshot covers everything up to it
 * @param refill then put these copies in the place of damaged entries: single entries of the same term and index
 * @param append then add these
 */
public record CoreWrite(
    long sequence,
    @Nullable HardState hardState,
    long truncateFrom,
    EntryId base,
    List<EntryBatch> refill,
    List<EntryBatch> append) {}
