package io.github.balsaraft.node;

import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Payloads;
import java.util.concurrent.CompletableFuture;

/**
 * A proposal that was made here. It holds its part of a budget from its arrival to its end, so that a slow disk or state machine
 * slows proposers.
 */
final class LocalProposal extends Proposal implements GroupLoop.Event {
  final CompletableFuture<byte[]> future = new CompletableFuture<>();
  private final BudgetShare share;

  /**
   * @param budget of which {@code bytes} were taken for it
   * @param endedTwice told if a second end comes, unless it was abandoned, whose end nobody waits for
   */
  LocalProposal(
      EntryType type,
      byte[] command,
      Budget budget,
      long bytes,
      long proposedNanos,
      Runnable endedTwice) {
    super(type, command, Payloads.checksum(command), proposedNanos);
    this.share = new BudgetShare(budget, bytes, endedTwice);
  }

  @Override
  public void happen(GroupLoop groupLoop) {
    groupLoop.propose(this);
  }

  @Override
  public void abandon(String reason) {
    // It may be taken in yet, if that thread goes on before it hears of the end.
    abandon(Proposal.unknownOutcome(reason));
  }

  @Override
  void abandon(RaftException failure) {
    share.abandon();
    if (share.end()) {
      future.completeExceptionally(failure);
    }
  }

  @Override
  void applied(byte[] result) {
    if (share.end()) {
      future.complete(result);
    }
  }

  @Override
  void rejected(CommandRejectedException rejection) {
    if (share.end()) {
      future.completeExceptionally(rejection);
    }
  }

  @Override
  void notAppended(NotAppendedException reason) {
    if (share.end()) {
      future.completeExceptionally(reason);
    }
  }

  @Override
  void unknown(String reason) {
    if (share.end()) {
      future.completeExceptionally(new OutcomeUnknownException(reason));
    }
  }

  @Override
  void answerTooLarge(String detail) {
    if (share.end()) {
      future.completeExceptionally(new AnswerTooLargeException("it was applied, and " + detail));
    }
  }
}
