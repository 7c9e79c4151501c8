package io.github.balsaraft.model;

/**
 * Answer to {@link ReadIndexRequest}.
 *
 * @param request that of the request
 * @param index the read may be answered from a state that has applied this index; zero if the leader refused
 */
public record ReadIndexResponse(ReplicaId from, ReplicaId to, long term, long request, long index)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onReadIndexResponse(this);
  }
}
