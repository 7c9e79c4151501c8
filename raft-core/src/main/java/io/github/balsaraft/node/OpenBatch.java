package io.github.balsaraft.node;

import io.github.balsaraft.api.BatchingStateMachine;
import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.SessionKeepingStateMachine;
import io.github.balsaraft.api.SessionRecord;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.EntryId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link BatchingStateMachine} was given since its last batch has ended, and the results that nobody was told yet. Any
 * other machine has none. Used by the apply threads, one at a time.
 */
final class OpenBatch {

  @SuppressWarnings("ArrayRecordComponent")
  private record Applied(
      long index, byte[] result, @Nullable CommandRejectedException rejection) {}

  private final @Nullable BatchingStateMachine machine;
  private final @Nullable SessionKeepingStateMachine keeper;
  private final int maxCommands;
  private final long maxBytes;

  private final List<Applied> applied = new ArrayList<>();
  private int commands;
  private long bytes;

  OpenBatch(StateMachine stateMachine) {
    this.keeper = stateMachine instanceof SessionKeepingStateMachine keeping ? keeping : null;
    if (stateMachine instanceof BatchingStateMachine batching) {
      this.machine = batching;
      this.maxCommands = batching.maxBatchCommands();
      this.maxBytes = batching.maxBatchBytes();
      if (maxCommands < 1 || maxBytes < 1) {
        throw new IllegalArgumentException("a batch of " + maxCommands + " commands and " + maxBytes
            + " bytes at most: neither may be less than 1");
      }
    } else {
      this.machine = null;
      this.maxCommands = 0;
      this.maxBytes = 0;
    }
  }

  /** The machine gets a command. */
  void command(int payloadBytes) {
    commands++;
    bytes += payloadBytes;
  }

  /**
   * An entry has its result, by a command or without.
   *
   * @param rejection null unless the machine refused it, as every other does
   */
  void applied(long index, byte[] result, @Nullable CommandRejectedException rejection) {
    applied.add(new Applied(index, result, rejection));
    // Results wait here until the batch is written.
    bytes += result.length;
  }

  boolean isFull() {
    // Entries that are no commands of the machine, such as copies of one, take room here too.
    return !applied.isEmpty()
        && (applied.size() >= maxCommands
            || bytes >= maxBytes
            || (machine != null && machine.isBatchFull()));
  }

  boolean isEmpty() {
    return applied.isEmpty();
  }

  /**
   * Has the machine make it its own.
   *
   * @param last the last entry
   */
  void end(EntryId last, SessionTable sessions) {
    if (machine == null) {
      return;
    }
    List<SessionRecord> records = keeper == null ? List.of() : sessions.takeChangedRecords();
    if (keeper != null && !records.isEmpty()) {
      keeper.putSessions(last, records);
    }
    if (commands > 0 || !records.isEmpty()) {
      machine.endBatch();
    }
  }

  /** Tells everybody, and begins anew. To be called once {@link #end} has returned. */
  void tell(EntryApplier.Results results) {
    commands = 0;
    bytes = 0;
    for (Applied one : applied) {
      results.tell(one.index, one.result, one.rejection);
    }
    applied.clear();
  }
}
