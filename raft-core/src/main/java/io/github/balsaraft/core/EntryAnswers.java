package io.github.balsaraft.core;

import io.github.balsaraft.core.log.RaftLog;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.FetchEntriesResponse;
import java.util.List;
import java.util.TreeMap;

/**
 * Gives entries to members whose disks have damaged theirs. Any replica does, in any role, even one that is recovering itself;
 * it gives only what is durable and intact here.
 */
final class EntryAnswers {

  /** How many entries are read for others at the same time. The oldest is given up for one more. */
  static final int MAX_LOADS = 8;

  private final CoreContext context;
  private final RaftLog log;

  /** What is being read from the log store, by the number of the load. */
  private final TreeMap<Long, FetchEntries> loading = new TreeMap<>();

  EntryAnswers(CoreContext context) {
    this.context = context;
    this.log = context.log;
  }

  void onRequest(FetchEntries message) {
    long index = message.entry().index();
    boolean has = index > log.base().index()
        && index <= log.durableIndex()
        && log.contains(message.entry())
        && !context.repair.isDamaged(index);
    List<EntryBatch> recent =
        has ? log.recent(index, index, context.options.maxMessageBytes()) : List.of();
    if (recent != null) {
      answer(message, recent);
      return;
    }
    if (loading.size() == MAX_LOADS) {
      loading.pollFirstEntry();
    }
    long generation = context.nextLoadGeneration();
    loading.put(generation, message);
    context.output.load(new Ready.Load(
        message.from(), generation, index, index, context.options.maxMessageBytes()));
  }

  /**
   * Entries were read, or could not be: then the other one asks somebody else. The log may have changed since, but there is
   * only one entry of a term and index.
   *
   * @return whether this load was for such an answer
   */
  boolean loaded(long generation, List<EntryBatch> batches) {
    FetchEntries message = loading.remove(generation);
    if (message == null) {
      return false;
    }
    long index = message.entry().index();
    for (EntryBatch batch : batches) {
      if (batch.firstIndex() <= index
          && index <= batch.lastIndex()
          && batch.term() == message.entry().term()) {
        answer(message, List.of(batch.from(index).upTo(index)));
      }
    }
    return true;
  }

  private void answer(FetchEntries message, List<EntryBatch> batches) {
    context.outbox.send(new FetchEntriesResponse(
        context.self,
        message.from(),
        context.term(),
        message.request(),
        context.commitIndex(),
        batches));
  }
}
