package io.github.balsaraft.model;

/**
 * Answer to {@link InstallSnapshot}.
 *
 * @param session that of the request
 * @param snapshot the last entry that the snapshot covers: of the one asked for, or if it is installed of the one that was
 *     found, which may reach further
 * @param status how far it is
 * @param doneBytes how much of it was fetched, and read once more after that, both together; 0 if it isn't being fetched, or as
 *     long as nothing of it is here
 */
public record InstallSnapshotResponse(
    ReplicaId from,
    ReplicaId to,
    long term,
    long session,
    EntryId snapshot,
    InstallStatus status,
    long doneBytes)
    implements ProtocolMessage {

  /** Of a snapshot that isn't being fetched. */
  public InstallSnapshotResponse(
      ReplicaId from,
      ReplicaId to,
      long term,
      long session,
      EntryId snapshot,
      InstallStatus status) {
    this(from, to, term, session, snapshot, status, 0);
  }

  @Override
  public void deliverTo(Handler handler) {
    handler.onInstallSnapshotResponse(this);
  }
}
