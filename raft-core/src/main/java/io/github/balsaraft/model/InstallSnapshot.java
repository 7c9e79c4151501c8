package io.github.balsaraft.model;

/**
 * The leader's log no longer reaches back to where this follower's ends: it should take over a snapshot (Raft paper 7). The
 * snapshot itself isn't part of this message: the follower fetches it from its source on the way for bulk data.
 *
 * @param session the replication session; echoed in the response
 * @param snapshot the last entry that the snapshot covers, at least
 * @param source the replica to fetch it from: the leader, or a member that the leader has chosen
 */
public record InstallSnapshot(
    ReplicaId from, ReplicaId to, long term, long session, EntryId snapshot, ReplicaId source)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onInstallSnapshot(this);
  }
}
