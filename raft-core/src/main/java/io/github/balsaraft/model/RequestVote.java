package io.github.balsaraft.model;

/**
 * Asks for a vote (Raft paper 5.2). It leaves only after the sender's own term and vote, and every entry up to
 * {@code lastEntry}, are durable.
 *
 * @param lastEntry the end of the sender's log
 * @param leadershipTransfer whether the leader of the term before asked for this election with {@link TimeoutNow}, so that
 *     voters need not protect it (Raft thesis 4.2.3). The only way past a voter that has heard its leader within the window of
 *     {@link LeaseRules}: a leader that has sent that message relies on no lease
 */
public record RequestVote(
    ReplicaId from, ReplicaId to, long term, EntryId lastEntry, boolean leadershipTransfer)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onRequestVote(this);
  }
}
