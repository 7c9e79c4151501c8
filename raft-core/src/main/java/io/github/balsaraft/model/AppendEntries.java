package io.github.balsaraft.model;

import java.util.List;

/**
 * Entries for a follower's log, or with none a probe whether the logs agree at {@code previous} (Raft paper 5.3).
 *
 * @param session which replication session of this term and follower it belongs to; echoed in the response
 * @param previous the position just before the first entry
 * @param batches contiguous entries after {@code previous}
 * @param commit the leader's commit index
 */
public record AppendEntries(
    ReplicaId from,
    ReplicaId to,
    long term,
    long session,
    EntryId previous,
    List<EntryBatch> batches,
    long commit)
    implements ProtocolMessage {

  public AppendEntries {
    batches = List.copyOf(batches);
  }

  /** The index of the last entry it carries, or of {@code previous} if it carries none. */
  public long lastIndex() {
    return batches.isEmpty()
        ? previous.index()
        : batches.get(batches.size() - 1).lastIndex();
  }

  @Override
  public boolean isBulk() {
    return !batches.isEmpty();
  }

  @Override
  public void deliverTo(Handler handler) {
    handler.onAppendEntries(this);
  }
}
