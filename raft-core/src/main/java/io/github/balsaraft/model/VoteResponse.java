package io.github.balsaraft.model;

/**
 * Answer to {@link RequestVote}. A granted vote leaves only after term and vote are durable.
 *
 * @param term the responder's term; that of the request if the vote is granted
 * @param granted whether the vote is given
 */
public record VoteResponse(ReplicaId from, ReplicaId to, long term, boolean granted)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onVoteResponse(this);
  }
}
