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
 * <p>Invariants: runs ascend and don't overlap, and each index is asked for in that order. A run stays until its last entry was
 * applied, so that whoever abandons the apply threads finds those that the state machine hangs in.
 */
final class CommittedProposals implements EntryApplier.Results {

  private final Deque<ProposalTracker.Run> runs = new ConcurrentLinkedDeque<>();

  /** Takes in more of them, above all others. By one thread at a time, which needn't be one of the apply threads. */
  void addAll(List<ProposalTracker.Run> committed) {
    runs.addAll(committed);
  }

  @Override
  public void applied(long index, byte[] result) {
    Proposal proposal = proposalAt(index);
    if (proposal != null) {
      proposal.applied(result);
    }
  }

  @Override
  public void rejected(long index, CommandRejectedException rejection) {
    Proposal proposal = proposalAt(index);
    if (proposal != null) {
      proposal.rejected(rejection);
    }
  }

  private @Nullable Proposal proposalAt(long index) {
    ProposalTracker.Run run = runs.peekFirst();
    if (run == null || index < run.firstIndex()) {
      return null;
    }
    if (index == run.lastIndex()) {
      runs.removeFirst();
    }
    return run.proposals().get((int) (index - run.firstIndex()));
  }

  /** Those whose entries were to be applied up to here, and are part of a snapshot now: their results are not in it. */
  void endReplaced(long index) {
    for (ProposalTracker.Run run = runs.peekFirst();
        run != null && run.lastIndex() <= index;
        run = runs.peekFirst()) {
      runs.removeFirst();
      run.proposals()
          .forEach(proposal -> proposal.unknown(
              "a snapshot took the place of its entry before that was applied here"));
    }
  }

  /** Nothing more is applied. Those up to {@code appliedIndex} were told their result: nobody gets two answers. */
  void endAll(long appliedIndex, String reason) {
    for (ProposalTracker.Run run = runs.pollFirst(); run != null; run = runs.pollFirst()) {
      run.after(appliedIndex).forEach(proposal -> proposal.unknown(reason));
    }
  }

  /** The apply threads hang: tells everybody without them, also those of a run that has begun. The first end counts. On any thread. */
  void abandonAll(String reason) {
    OutcomeUnknownException unknown = Proposal.unknownOutcome(reason);
    runs.forEach(run -> run.proposals().forEach(proposal -> proposal.abandon(unknown)));
  }
}
