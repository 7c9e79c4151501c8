package io.github.balsaraft.model;

/**
 * Answer to {@link Heartbeat}. It depends on the term being durable and on nothing else, so that a slow disk doesn't look
 * like a dead follower.
 *
 * @param sequence that of the heartbeat
 * @param stamp a number that the sender has never used before, by which it can tell from an {@linkplain Heartbeat#echo echo} how
 *     old its state may be, by its own clock alone; {@link #NOT_FOLLOWING} if it doesn't follow the leader
 * @param applyLagging whether its state machine restores a snapshot or is far behind, so that another should lead
 */
public record HeartbeatResponse(
    ReplicaId from, ReplicaId to, long term, long sequence, long stamp, boolean applyLagging)
    implements ProtocolMessage {

  /** In the place of a stamp: the heartbeat was one of a term that is over. */
  public static final long NOT_FOLLOWING = 0;

  /** Of a sender whose state machine keeps up. */
  public HeartbeatResponse(ReplicaId from, ReplicaId to, long term, long sequence, long stamp) {
    this(from, to, term, sequence, stamp, false);
  }

  /** Whether the sender follows the leader whose heartbeat it answers. */
  public boolean isFollowing() {
    return stamp != NOT_FOLLOWING;
  }

  @Override
  public void deliverTo(Handler handler) {
    handler.onHeartbeatResponse(this);
  }
}
