package io.github.balsaraft.core;

/**
 * What a leader knows of another member, at the moment of the look.
 *
 * @param match up to here its log is known to be durable there and equal to the leader's
 * @param everContacted whether it was ever heard of in this term
 * @param lastContactNanos when it was last heard of, or when the leader began to send to it, by the clock of {@link
 *     RaftCore#advanceTo}
 */
public record FollowerView(long match, boolean everContacted, long lastContactNanos) {}
