package io.github.balsaraft.core;

import io.github.balsaraft.core.reads.ReadIndexQueue;
import io.github.balsaraft.model.ReadIndexRequest;
import io.github.balsaraft.model.ReadIndexResponse;
import io.github.balsaraft.model.ReplicaId;
import java.util.List;

/** A leader's side of linearizable reads: its own, and those that other members ask an index for (Raft thesis 6.4). */
final class LeaderReads {

  private final CoreContext context;
  private final ReadIndexQueue queue = new ReadIndexQueue();

  LeaderReads(CoreContext context) {
    this.context = context;
  }

  void read(long readId) {
    if (isFull()) {
      context.output.readEnded(Ready.ReadOutcome.tooMany(readId));
    } else {
      queue.add(readId, context.nowNanos());
    }
  }

  void onReadIndexRequest(ReadIndexRequest message) {
    if (isFull()) {
      context.outbox.send(new ReadIndexResponse(
          context.self, message.from(), context.term(), message.request(), 0, true));
    } else {
      queue.add(message.from(), message.request(), context.nowNanos());
    }
  }

  private boolean isFull() {
    return queue.size() >= context.options.maxWaitingReads();
  }

  /** Whether heartbeats should be sent now for the sake of reads. */
  boolean wantsRound() {
    return queue.wantsRound();
  }

  /** A heartbeat with this sequence number is about to be sent. */
  void openRound(long sequence) {
    queue.openRound(sequence, context.commitIndex());
  }

  /** A quorum has answered the heartbeat of this sequence number or a later one. */
  void confirmedTo(long sequence) {
    for (ReadIndexQueue.Confirmed round : queue.confirmedTo(sequence)) {
      for (ReadIndexQueue.Read read : round.reads()) {
        ReplicaId from = read.from();
        if (from == null) {
          context.output.readEnded(new Ready.ReadOutcome(read.id(), round.index(), ""));
        } else {
          answer(from, read.id(), round.index());
        }
      }
    }
  }

  /** A quorum may answer heartbeats while its disks keep the leader from committing in its term. */
  void expire() {
    refuse(
        queue.expire(context.nowNanos(), context.options.electionTimeoutMaxNanos()),
        "no quorum confirmed the read in time");
  }

  void refuseAll(String reason) {
    refuse(queue.drain(), reason);
  }

  private void refuse(List<ReadIndexQueue.Read> refused, String reason) {
    for (ReadIndexQueue.Read read : refused) {
      ReplicaId from = read.from();
      if (from == null) {
        context.output.readEnded(new Ready.ReadOutcome(read.id(), -1, reason));
      } else {
        answer(from, read.id(), 0);
      }
    }
  }

  private void answer(ReplicaId from, long request, long index) {
    context.outbox.send(new ReadIndexResponse(context.self, from, context.term(), request, index));
  }
}
