package io.github.balsaraft.model;

/**
 * Answer to {@link InstallSnapshot}.
 *
 * @param session that of the request
 * @param snapshot the last entry that the snapshot covers: of the one asked for, or if it is installed of the one that was
 *     found, which may reach further
 * @param status how far it is
 */
public record InstallSnapshotResponse(
    ReplicaId from, ReplicaId to, long term, long session, EntryId snapshot, InstallStatus status)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onInstallSnapshotResponse(this);
  }
}
