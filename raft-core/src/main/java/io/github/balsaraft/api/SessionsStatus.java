package io.github.balsaraft.api;

/**
 * The sessions that a member's state holds, as of what it has applied. Each bound holds for the whole group; beyond it the session that was
 * not used for longest gives way, and its client is told so when it comes back.
 *
 * @param open how many there are
 * @param maxOpen how many there can be
 * @param keptBytes what the results take that are kept for commands proposed again, about, in bytes
 * @param maxKeptBytes what they may take
 */
public record SessionsStatus(int open, int maxOpen, long keptBytes, long maxKeptBytes) {}
