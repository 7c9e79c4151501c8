package io.github.balsaraft.model;

/**
 * A member whose disk has damaged an entry asks another for it. Any member may answer, whoever leads; it is no part of
 * replication and moves no progress.
 *
 * @param request chosen by the sender, echoed in the response
 * @param entry which entry
 * @param checksum its CRC32C if the damage left that readable, else zero
 */
public record FetchEntries(
    ReplicaId from, ReplicaId to, long term, long request, EntryId entry, int checksum)
    implements ProtocolMessage {

  @Override
  public void deliverTo(Handler handler) {
    handler.onFetchEntries(this);
  }
}
