package io.github.balsaraft.core;

import io.github.balsaraft.model.ReplicaId;

/**
 * Entries that a member had acknowledged, and no longer has: its disk has lost what it called durable, or an old copy of its folder was
 * put in place. Its leader sends them again.
 *
 * @param member who has lost them
 * @param fromIndex the first that it lacks
 * @param toIndex the last that it had acknowledged
 */
public record LostEntries(ReplicaId member, long fromIndex, long toIndex) {}
