package io.github.balsaraft.model;

/**
 * Asks for a vote (Raft paper 5.2). It leaves only after the sender's own term and vote, and every entry up to
 * {@code lastEntry}, are durable.
 *
 * @param lastEntry the end of the sender's log
 * @param leadershipTransfer whether the leader itself asked for this election, so that voters need not protect it. Reserved: voters
 *     ignore it until a transfer carries a sequence number that can be revoked
 */
public record RequestVote(
    ReplicaId from, ReplicaId to, long term, EntryId lastEntry, boolean leadershipTransfer)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onRequestVote(this);
  }
}
