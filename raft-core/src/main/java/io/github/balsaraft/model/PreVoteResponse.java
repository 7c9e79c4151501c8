package io.github.balsaraft.model;

/**
 * Answer to {@link RequestPreVote}.
 *
 * @param term the responder's own term, durable there
 * @param prospectiveTerm the term of the request, so that a late answer is not taken for another attempt's
 * @param granted whether the responder would vote for the sender of the request
 */
public record PreVoteResponse(
    ReplicaId from, ReplicaId to, long term, long prospectiveTerm, boolean granted)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onPreVoteResponse(this);
  }
}
