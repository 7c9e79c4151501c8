package io.github.balsaraft.model;

/**
 * Answer to {@link ReadIndexRequest}.
 *
 * @param request that of the request
 * @param index the read may be answered from a state that has applied this index; zero if the leader refused
 * @param overloaded it refused because too many reads wait already: there may be room in a moment
 */
public record ReadIndexResponse(
    ReplicaId from, ReplicaId to, long term, long request, long index, boolean overloaded)
    implements ProtocolMessage {

  /** One that was not refused for overload. */
  public ReadIndexResponse(ReplicaId from, ReplicaId to, long term, long request, long index) {
    this(from, to, term, request, index, false);
  }

  @Override
  public void deliverTo(Handler handler) {
    handler.onReadIndexResponse(this);
  }
}
