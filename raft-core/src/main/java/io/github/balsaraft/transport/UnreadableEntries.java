package io.github.balsaraft.transport;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.ReplicaId;

/**
 * Entries that arrived whole, and that only a newer version of this library can read. Their message is lost like any other
 * that a transport drops; but unlike others it will be sent for ever, so somebody has to be told.
 *
 * @param group the group that they belong to
 * @param to the replica that was to store them
 * @param term the term of the leader that sent them; zero if they are the first entry for a replica that is being born
 * @param what which entries, and what of them is unknown: the message of the {@link
 *     io.github.balsaraft.model.UnknownFormatException}
 */
public record UnreadableEntries(GroupId group, ReplicaId to, long term, String what) {}
