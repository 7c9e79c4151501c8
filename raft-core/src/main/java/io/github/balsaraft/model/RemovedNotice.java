package io.github.balsaraft.model;

/**
 * Tells a replica that it is no longer a member. Sent only once that is committed, so it can be relied upon: the replica
 * neither campaigns nor votes from then on.
 *
 * @param index of the committed configuration without it
 */
public record RemovedNotice(ReplicaId from, ReplicaId to, long term, long index)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onRemovedNotice(this);
  }
}
