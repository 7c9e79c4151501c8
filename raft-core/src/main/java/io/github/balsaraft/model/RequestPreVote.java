package io.github.balsaraft.model;

/**
 * Asks whether an election could be won, without disturbing anybody (Raft thesis 9.6). It binds neither side.
 *
 * @param term the term that the sender would campaign in; it has not adopted it
 * @param lastEntry the end of the sender's log
 */
public record RequestPreVote(ReplicaId from, ReplicaId to, long term, EntryId lastEntry)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onRequestPreVote(this);
  }
}
