package io.github.balsaraft.node;

import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.Ready;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The way of linearizable reads through a replica: those of one turn of the mailbox ask the core together, and then wait on
 * the state machine's thread for the index that they were given, for as long as a request may take. Each ends exactly once.
 *
 * <p>Reads that ask one by one, with 1,024 outstanding, are not slower in what could be measured, but allocate 799 bytes each instead of
 * 421 (docs/benchmarks.md).
 */
final class ReadFlow {

  private final ApplyPipeline pipeline;
  private final LongSupplier nowNanos;
  private final long timeoutNanos;
  private final Consumer<PendingRead> again;
  private final Map<Long, Asked> asked = new LinkedHashMap<>();
  private List<PendingRead> gathered = new ArrayList<>();
  private List<PendingRead> gatheredForLease = new ArrayList<>();
  private long lastId;

  /**
   * @param nowNanos the clock that the core is given
   * @param timeoutNanos how long a read waits, from when it was handed to the core
   * @param again takes a read that must be confirmed by a quorum after all; called on an apply thread
   */
  ReadFlow(
      ApplyPipeline pipeline,
      LongSupplier nowNanos,
      long timeoutNanos,
      Consumer<PendingRead> again) {
    this.pipeline = pipeline;
    this.nowNanos = nowNanos;
    this.timeoutNanos = timeoutNanos;
    this.again = again;
  }

  void add(PendingRead read) {
    gathered.add(read);
  }

  /** A read that the leader's lease may answer, if this replica is the leader and holds one. */
  void addForLease(PendingRead read) {
    gatheredForLease.add(read);
  }

  /** Asks from which index on what was gathered may be answered. */
  void pass(RaftCore core) {
    if (!gathered.isEmpty()) {
      asked.put(++lastId, asked(takeGathered()));
      core.read(lastId);
    }
    if (!gatheredForLease.isEmpty()) {
      asked.put(++lastId, asked(takeGatheredForLease()));
      core.leaseRead(lastId);
    }
  }

  void decided(Ready.ReadOutcome outcome) {
    Asked ended = asked.remove(outcome.readId());
    if (ended == null) {
      return;
    }
    List<PendingRead> reads = ended.reads;
    if (outcome.isConfirmed()) {
      pipeline.read(
          outcome.index(),
          ended.deadlineNanos,
          () -> run(reads, outcome.leaseUntilNanos()),
          reason -> reads.forEach(read -> read.refuse(reason)),
          reason -> reads.forEach(read -> read.tellLate(reason)));
    } else if (outcome.isOverload()) {
      pipeline.run(() -> reads.forEach(read -> read.refuseForOverload(outcome.refusal())));
    } else {
      refuse(reads, outcome.refusal());
    }
  }

  private void run(List<PendingRead> reads, long leaseUntilNanos) {
    if (leaseUntilNanos == Long.MAX_VALUE) {
      reads.forEach(PendingRead::run);
      return;
    }
    for (PendingRead read : reads) {
      // The process may have stood still since the core looked at the clock (trap 25).
      if (!read.runWhile(() -> nowNanos.getAsLong() < leaseUntilNanos)) {
        again.accept(read);
      }
    }
  }

  /** Refuses what was gathered in this turn. */
  void refuseGathered(String reason) {
    refuse(takeGathered(), reason);
    refuse(takeGatheredForLease(), reason);
  }

  /** Refuses everything that has not been confirmed. */
  void stop(String reason) {
    refuseGathered(reason);
    asked.values().forEach(waiting -> refuse(waiting.reads, reason));
    asked.clear();
  }

  private Asked asked(List<PendingRead> reads) {
    return new Asked(reads, nowNanos.getAsLong() + timeoutNanos);
  }

  private List<PendingRead> takeGathered() {
    List<PendingRead> taken = gathered;
    gathered = new ArrayList<>();
    return taken;
  }

  private List<PendingRead> takeGatheredForLease() {
    List<PendingRead> taken = gatheredForLease;
    gatheredForLease = new ArrayList<>();
    return taken;
  }

  private void refuse(List<PendingRead> reads, String reason) {
    if (!reads.isEmpty()) {
      pipeline.run(() -> reads.forEach(read -> read.refuse(reason)));
    }
  }

  /** What one question to the core is for. */
  private record Asked(List<PendingRead> reads, long deadlineNanos) {}
}
