package io.github.balsaraft.node;

import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.ShuttingDownException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A question to a node's loop, whose answer somebody waits for. It holds its part of a budget until it was asked and answered:
 * one whose caller has given up still stands in the queue.
 */
final class Question implements GroupLoop.Event {

  private final Budget budget;
  private final CompletableFuture<?> answer;
  private final Consumer<GroupLoop> ask;

  /** It was asked, and it was answered: the caller may give up on it before its turn. */
  private final AtomicInteger outstanding = new AtomicInteger(2);

  /** By its turn, or by whoever gives up waiting for it: what is told to have had no effect must not happen later. */
  private final AtomicBoolean claimed = new AtomicBoolean();

  /**
   * @param budget of which 1 was taken for it
   * @param ask puts the question to the loop, which completes the answer
   */
  Question(Budget budget, CompletableFuture<?> answer, Consumer<GroupLoop> ask) {
    this.budget = budget;
    this.answer = answer;
    this.ask = ask;
    CompletableFuture<?> unused = answer.whenComplete((value, failure) -> oneIsDone());
  }

  private void oneIsDone() {
    if (outstanding.decrementAndGet() == 0) {
      budget.giveBack(1);
    }
  }

  @Override
  public void happen(GroupLoop groupLoop) {
    oneIsDone();
    if (claimed.compareAndSet(false, true)) {
      try {
        ask.accept(groupLoop);
      } catch (RuntimeException | Error e) {
        // Nobody else knows of it yet, or may not.
        OutcomeUnknownException unknown = new OutcomeUnknownException(
            "this node failed while it was asked: " + Wording.thrown(e));
        groupLoop.pipeline().run(() -> answer.completeExceptionally(unknown));
        throw e;
      }
    }
  }

  @Override
  public void abandon(String reason) {
    if (claimed.compareAndSet(false, true)) {
      answer.completeExceptionally(new ShuttingDownException());
    }
  }
}
