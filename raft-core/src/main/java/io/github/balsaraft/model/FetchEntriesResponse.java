package io.github.balsaraft.model;

import java.util.List;

/**
 * Answer to {@link FetchEntries}.
 *
 * @param request that of the request
 * @param commit up to where the sender knows its log to be committed: an entry at or below it is the one, whatever term was
 *     asked for
 * @param batches the entry, perhaps with others of its batch; empty if the sender doesn't have it
 */
public record FetchEntriesResponse(
    ReplicaId from, ReplicaId to, long term, long request, long commit, List<EntryBatch> batches)
    implements ProtocolMessage {

  public FetchEntriesResponse {
    batches = List.copyOf(batches);
  }

  @Override
  public boolean isBulk() {
    return !batches.isEmpty();
  }

  @Override
  public void deliverTo(Handler handler) {
    handler.onFetchEntriesResponse(this);
  }
}
