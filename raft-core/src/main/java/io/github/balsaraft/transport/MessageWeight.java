package io.github.balsaraft.transport;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.BirthAnswer;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.ForwardedOutcomes;
import io.github.balsaraft.model.ForwardedProposals;
import io.github.balsaraft.model.Message;
import io.github.balsaraft.model.SnapshotChunk;

/** About how many bytes a message keeps in memory: what a queue's bound counts when nothing is encoded. */
final class MessageWeight {

  private static final int FIXED_PART_BYTES = 64;

  private MessageWeight() {}

  static long of(Message message) {
    long bytes = FIXED_PART_BYTES;
    if (message instanceof AppendEntries append) {
      for (EntryBatch batch : append.batches()) {
        bytes += batch.sizeInBytes();
      }
    } else if (message instanceof ForwardedProposals proposals) {
      for (byte[] command : proposals.commands()) {
        bytes += command.length;
      }
    } else if (message instanceof ForwardedOutcomes outcomes) {
      for (ForwardedOutcomes.Outcome outcome : outcomes.outcomes()) {
        bytes += outcome.bytes().length;
      }
    } else if (message instanceof SnapshotChunk chunk) {
      bytes += chunk.bytes().length;
    } else if (message instanceof BirthAnswer answer && answer.founding() != null) {
      bytes += answer.founding().sizeInBytes();
    }
    return bytes;
  }
}
