package io.github.balsaraft.model;

/**
 * A leader takes back its transfers up to this one: the target must not campaign on their behalf any more.
 *
 * @param transfer the number of the last transfer that is void; zero, sent ahead of the first, only asks the target to name its
 *     process
 */
public record TransferRevocation(ReplicaId from, ReplicaId to, long term, long transfer)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onTransferRevocation(this);
  }
}
