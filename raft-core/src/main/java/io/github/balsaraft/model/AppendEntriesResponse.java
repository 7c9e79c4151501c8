package io.github.balsaraft.model;

/**
 * Answer to one or more {@link AppendEntries} of one session. Acknowledges nothing that isn't durable.
 *
 * @param session that of the request; or {@link #NO_SESSION}
 * @param verified the highest index up to which the follower's log is known to equal the leader's, durable or not: nothing
 *     up to it needs to be sent again
 * @param durableMatch the highest index up to which it is equal and durable; never above {@code verified}
 * @param rejectedPrevious the {@code previous} of a request that didn't match the log, or {@link EntryId#NONE}
 * @param hint where the logs may agree, if rejected: the follower's last position whose index is at most that of
 *     {@code rejectedPrevious} and whose term is at most its term
 */
public record AppendEntriesResponse(
    ReplicaId from,
    ReplicaId to,
    long term,
    long session,
    long verified,
    long durableMatch,
    EntryId rejectedPrevious,
    EntryId hint)
    implements ProtocolMessage {

  /**
   * No session of the leader's. In the leader's own term it asks to be shown where the logs agree: the leader speaks of entries as
   * committed that nothing has proven equal since the sender began to follow it. In a later term it only says that there is one.
   */
  public static final long NO_SESSION = 0;

  /** Whether a request didn't match the follower's log. */
  public boolean isRejection() {
    return !rejectedPrevious.equals(EntryId.NONE);
  }

  @Override
  public void deliverTo(Handler handler) {
    handler.onAppendEntriesResponse(this);
  }
}
