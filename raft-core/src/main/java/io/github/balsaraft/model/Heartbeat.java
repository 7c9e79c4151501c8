package io.github.balsaraft.model;

/**
 * Keeps a leader in office and opens a round of contact: an answer to this or a later sequence number proves that the
 * follower still took the sender for its leader after this was sent (Raft paper 8, thesis 6.4).
 *
 * @param sequence minted by the leader, growing within its term
 * @param commit the leader's commit index, capped at what this follower is known to hold
 * @param leaderCommit the leader's commit index, uncapped, so that the follower knows how far behind it is; zero while the
 *     leader has not committed an entry of its own term and so doesn't know what is committed
 * @param echo the {@linkplain HeartbeatResponse#stamp stamp} of an answer of this follower, which the sender had before it
 *     sent a heartbeat to which a quorum has answered since: hence everything that was committed when the follower gave that
 *     answer, by whatever leader, is at {@code leaderCommit} or below; zero if there is none yet
 */
public record Heartbeat(
    ReplicaId from,
    ReplicaId to,
    long term,
    long sequence,
    long commit,
    long leaderCommit,
    long echo)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onHeartbeat(this);
  }
}
