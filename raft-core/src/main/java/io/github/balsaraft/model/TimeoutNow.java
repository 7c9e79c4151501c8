package io.github.balsaraft.model;

/**
 * A leader that hands over asks its successor to campaign as soon as it has the leader's log (Raft thesis 3.10). Voters need not protect the leader from
 * that candidate, so a leader that has sent this relies on no lease until the target has acknowledged a {@link
 * TransferRevocation} of it.
 *
 * @param transfer the number of this transfer in the leader's term
 * @param life the target's process, as it has named itself in {@link TransferRevocationResponse}: after a restart it would
 *     no longer know what was revoked, so a message to its former life means nothing to it
 * @param lastIndex the end of the leader's log, which the target may not have got yet: it campaigns once it has
 *     everything up to there on its disk
 */
public record TimeoutNow(
    ReplicaId from, ReplicaId to, long term, long transfer, long life, long lastIndex)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onTimeoutNow(this);
  }
}
