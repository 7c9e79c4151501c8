package io.github.balsaraft.storage;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostRecord;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a log store held when it was opened.
 *
 * @param host the host's record, or null if the store is new
 * @param groups every group of which something is stored
 */
public record RecoveredState(
    @Nullable HostRecord host, SortedMap<GroupId, RecoveredGroup> groups) {}
