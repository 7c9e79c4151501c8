package io.github.balsaraft.node;

import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.Ready;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The way of linearizable reads through a replica: those of one turn of the mailbox ask the core together, and then wait on
 * the state machine's thread for the index that they were given. Each ends exactly once.
 */
final class ReadFlow {

  private final ApplyPipeline pipeline;
  private final Map<Long, List<PendingRead>> asked = new LinkedHashMap<>();
  private List<PendingRead> gathered = new ArrayList<>();
  private long lastId;

  ReadFlow(ApplyPipeline pipeline) {
    this.pipeline = pipeline;
  }

  void add(PendingRead read) {
    gathered.add(read);
  }

  /** Asks from which index on what was gathered may be answered. */
  void pass(RaftCore core) {
    if (!gathered.isEmpty()) {
      asked.put(++lastId, takeGathered());
      core.read(lastId);
    }
  }

  void decided(Ready.ReadOutcome outcome) {
    List<PendingRead> reads = asked.remove(outcome.readId());
    if (reads == null) {
      return;
    }
    if (outcome.isConfirmed()) {
      pipeline.read(
          outcome.index(),
          () -> reads.forEach(PendingRead::run),
          reason -> reads.forEach(read -> read.refuse(reason)));
    } else {
      refuse(reads, outcome.refusal());
    }
  }

  /** Refuses what was gathered in this turn. */
  void refuseGathered(String reason) {
    refuse(takeGathered(), reason);
  }

  /** Refuses everything that has not been confirmed. */
  void stop(String reason) {
    refuseGathered(reason);
    asked.values().forEach(reads -> refuse(reads, reason));
    asked.clear();
  }

  private List<PendingRead> takeGathered() {
    List<PendingRead> taken = gathered;
    gathered = new ArrayList<>();
    return taken;
  }

  private void refuse(List<PendingRead> reads, String reason) {
    if (!reads.isEmpty()) {
      pipeline.run(() -> reads.forEach(read -> read.refuse(reason)));
    }
  }
}
