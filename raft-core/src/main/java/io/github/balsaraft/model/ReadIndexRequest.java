package io.github.balsaraft.model;

/**
 * A follower or learner asks its leader from which index on its own state may answer a linearizable read (Raft
 * thesis 6.4).
 *
 * @param request minted by the sender, never used twice, not even across its restarts
 */
public record ReadIndexRequest(ReplicaId from, ReplicaId to, long term, long request)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onReadIndexRequest(this);
  }
}
