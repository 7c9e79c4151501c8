package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import org.jspecify.annotations.Nullable;

/**
 * What a replica says of itself in every event, so that a reader of the trace can check what it has rebuilt.
 *
 * @param term the current term
 * @param vote who has this replica's vote in that term, or null
 * @param role what it does
 * @param leader who leads in that term, or null if it doesn't know
 * @param commitIndex the highest index that it knows to be committed
 * @param last the end of its log
 * @param configurationIndex the index of the configuration in force
 */
public record TraceState(
    long term,
    @Nullable ReplicaId vote,
    Role role,
    @Nullable ReplicaId leader,
    long commitIndex,
    EntryId last,
    long configurationIndex) {}
