package io.github.balsaraft.model;

/**
 * Answer to {@link TransferRevocation}: this process has not campaigned for these transfers, and never will.
 *
 * @param transfer that of the revocation
 * @param life a number that this process has drawn at its start
 */
public record TransferRevocationResponse(
    ReplicaId from, ReplicaId to, long term, long transfer, long life) implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onTransferRevocationResponse(this);
  }
}
