package io.github.balsaraft.model;

/**
 * Answer to {@link Heartbeat}. It depends on the term being durable and on nothing else, so that a slow disk doesn't look
 * like a dead follower.
 *
 * @param sequence that of the heartbeat
 */
public record HeartbeatResponse(ReplicaId from, ReplicaId to, long term, long sequence)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onHeartbeatResponse(this);
  }
}
