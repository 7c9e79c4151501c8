package io.github.balsaraft.core;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.HardState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must be made durable, atomically and in the order of the sequence numbers. {@link RaftCore#written} says that it is.
 *
 * @param sequence grows with every write
 * @param hardState term and vote, or null if they have not changed
 * @param truncateFrom remove entries at this index and above first; 0 for none
 * @param append then add these
 */
public record CoreWrite(
    long sequence, @Nullable HardState hardState, long truncateFrom, List<EntryBatch> append) {}
