package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import org.jspecify.annotations.Nullable;

/**
 * A replica's state as its trace tells it.
 *
 * @param term the current term
 * @param vote who has its vote in that term, or null
 * @param role what it does
 * @param leader who leads in that term, or null if it doesn't know
 * @param commitIndex the highest index that it knows to be committed
 * @param last the end of its log
 * @param durableIndex the highest index that is durable there
 * @param configurationIndex the index of the configuration in force
 * @param configuration the configuration in force
 */
public record ReplayedState(
    long term,
    @Nullable ReplicaId vote,
    Role role,
    @Nullable ReplicaId leader,
    long commitIndex,
    EntryId last,
    long durableIndex,
    long configurationIndex,
    Configuration configuration) {}
