package io.github.balsaraft.model;

/**
 * Asks whether an election could be won, without disturbing anybody (Raft thesis 9.6). It binds neither side. Who takes no part in
 * elections asks too, in order to hear whether others do, or that it was removed; that question is never granted.
 *
 * @param term the term that the sender would campaign in, which it has not adopted; {@link #NO_CAMPAIGN} if it only asks
 * @param lastEntry the end of the sender's log
 */
public record RequestPreVote(ReplicaId from, ReplicaId to, long term, EntryId lastEntry)
    implements ProtocolMessage {

  /** In the place of the term: no term that anybody could campaign in. */
  public static final long NO_CAMPAIGN = 0;

  @Override
  public void deliverTo(Handler handler) {
    handler.onRequestPreVote(this);
  }
}
