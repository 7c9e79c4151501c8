package io.github.balsaraft.model;

import org.jspecify.annotations.Nullable;

/**
 * The leader's log no longer reaches back to where this follower's ends: it should take over a snapshot (Raft paper 7). The
 * snapshot itself isn't part of this message: the follower fetches it from its source on the way for bulk data.
 *
 * @param session the replication session; echoed in the response
 * @param snapshot the last entry that the snapshot covers, at least
 * @param source the replica to fetch it from: the leader, or a member that the leader has chosen
 * @param sourceHost on which host that is: a follower without a log knows nobody but its leader. Null if it isn't said
 * @param sourceAddress where that host is reached; empty if it isn't said
 */
public record InstallSnapshot(
    ReplicaId from,
    ReplicaId to,
    long term,
    long session,
    EntryId snapshot,
    ReplicaId source,
    @Nullable HostId sourceHost,
    String sourceAddress)
    implements ProtocolMessage {

  /** Without saying where the source is. */
  public InstallSnapshot(
      ReplicaId from, ReplicaId to, long term, long session, EntryId snapshot, ReplicaId source) {
    this(from, to, term, session, snapshot, source, null, "");
  }

  /** The same with where the source is. */
  public InstallSnapshot withSourceAt(HostId host, String address) {
    return new InstallSnapshot(from, to, term, session, snapshot, source, host, address);
  }

  @Override
  public void deliverTo(Handler handler) {
    handler.onInstallSnapshot(this);
  }
}
