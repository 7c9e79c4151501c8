package io.github.balsaraft.node;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.OutcomeUnknownException;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * This node's own proposals between their commit and the turn of the state machine: tells each proposer what became of the entry.
 * Used by the apply threads, one at a time, unless a method says otherwise.
 *
 * <p>Invariants: runs ascend and don't overlap, and each index is asked for in that order. A run stays until its last proposer was
 * told, so that whoever abandons the apply threads finds those that the state machine hangs in.
 */
final class CommittedProposals implements EntryApplier.Results {

  private final Deque<ProposalTracker.Run> runs = new ConcurrentLinkedDeque<>();

  /** Up to here everybody was told. It may be less than what is applied: telling somebody may fail. */
  private long toldIndex;

  /** Takes in more of them, above all others. By one thread at a time, which needn't be one of the apply threads. */
  void addAll(List<ProposalTracker.Run> committed) {
    runs.addAll(committed);
  }

  @Override
  public void applied(long index, byte[] result) {
    Proposal proposal = proposalAt(index);
    if (proposal != null) {
      proposal.applied(result);
      told(index);
    }
  }

  @Override
  public void rejected(long index, CommandRejectedException rejection) {
    Proposal proposal = proposalAt(index);
    if (proposal != null) {
      proposal.rejected(rejection);
      told(index);
    }
  }

  private @Nullable Proposal proposalAt(long index) {
    ProposalTracker.Run run = runs.peekFirst();
    return run == null || index < run.firstIndex() ? null : proposalAt(run, index);
  }

  private static Proposal proposalAt(ProposalTracker.Run run, long index) {
    return run.proposals().get((int) (index - run.firstIndex()));
  }

  private void told(long index) {
    toldIndex = index;
    ProposalTracker.Run run = runs.peekFirst();
    if (run != null && run.lastIndex() <= index) {
      runs.removeFirst();
    }
  }

  /** Those whose entries were to be applied up to here, and are part of a snapshot now: their results are not in it. */
  void endReplaced(long index) {
    endUpTo(index, "a snapshot took the place of its entry before that was applied here");
  }

  /** Nothing more is applied. Those who were told their result don't get another answer. */
  void endAll(String reason) {
    endUpTo(Long.MAX_VALUE, reason);
  }

  private void endUpTo(long index, String reason) {
    for (ProposalTracker.Run run = runs.peekFirst();
        run != null && run.firstIndex() <= index;
        run = runs.peekFirst()) {
      long last = Math.min(index, run.lastIndex());
      for (long next = Math.max(toldIndex + 1, run.firstIndex()); next <= last; next++) {
        Proposal proposal = proposalAt(run, next);
        // Before it is told: if that fails, the others are told when this is asked for again.
        toldIndex = next;
        proposal.unknown(reason);
      }
      if (run.lastIndex() > index) {
        return;
      }
      runs.removeFirst();
    }
  }

  /** The apply threads hang: tells everybody without them, also those of a run that has begun. The first end counts. On any thread. */
  void abandonAll(String reason) {
    OutcomeUnknownException unknown = Proposal.unknownOutcome(reason);
    runs.forEach(run -> run.proposals().forEach(proposal -> proposal.abandon(unknown)));
  }
}
