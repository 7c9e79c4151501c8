package io.github.balsaraft.core;

/**
 * What a leader knows of another member, at the moment of the look.
 *
 * @param match up to here its log is known to be durable there and equal to the leader's
 * @param present as {@code match}; less if it has lost entries since, which it is sent again
 * @param everContacted whether it was ever heard of in this term
 * @param lastContactNanos when it was last heard of, or when the leader began to send to it, by the clock of {@link
 *     RaftCore#advanceTo}
 * @param inflightBytes of entries that were sent to it and are not known to be durable there
 * @param inflightMessages in how many messages these are under way
 */
public record FollowerView(
    long match,
    long present,
    boolean everContacted,
    long lastContactNanos,
    long inflightBytes,
    int inflightMessages) {

  /** Whether it was heard of in this term, and not longer ago than this. */
  public boolean isLive(long nowNanos, long withinNanos) {
    return everContacted && !isSilentFor(nowNanos, withinNanos);
  }

  /** Whether it had so much time to be heard of, and was not; right after an election it is neither live nor silent. */
  public boolean isSilentFor(long nowNanos, long durationNanos) {
    return nowNanos - lastContactNanos >= durationNanos;
  }
}
