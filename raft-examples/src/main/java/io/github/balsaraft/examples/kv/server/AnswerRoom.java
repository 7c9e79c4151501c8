package io.github.balsaraft.examples.kv.server;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Answer;
import java.util.List;

/**
 * What the answers of one connection take of the {@link AnswerBudget}, until they are written. Lives on its event loop.
 *
 * <p>For a write it is taken before it is proposed: once it is executed its answer can't be refused any more. How long that will be
 * nobody knows by then. So the entry says how much was taken; it does nothing that may answer more, and says what that takes, which the
 * next attempt takes then. It is proposed a second time, but for answers about as long as those before.
 */
final class AnswerRoom {

  /** The reply if there is none: nothing was executed. */
  static final Reply NONE = new Reply.Failure(
      "TRYAGAIN this server holds too many bytes of answers that clients have not taken");

  /** A guess is never less. */
  private static final long LEAST_BYTES = AnswerBudget.SHORT_BYTES;

  /** A guess is twice what the last answers took, which lets pipelines grow, up to this; beyond it just as much. */
  private static final long GROWN_BYTES = 1 << 20;

  private final AnswerBudget budget;
  private long heldBytes;

  /** Whether what is held was taken from what is for short answers only. */
  private boolean heldOfShort;

  /** What the next write is likely to answer, by what the last one has. */
  private long guessBytes = LEAST_BYTES;

  /** What the next write needs, or 0 if nobody knows. */
  private long neededBytes;

  AnswerRoom(AnswerBudget budget) {
    this.budget = budget;
  }

  /** Takes what the next write needs, or is likely to; false if there isn't so much. Nothing is held before. */
  boolean tryTakeForWrite() {
    long needed = neededBytes;
    neededBytes = 0;
    if (needed > 0) {
      return tryTakeNeeded(needed);
    }
    return hold(guessBytes, budget.tryTake(guessBytes), false)
        || hold(LEAST_BYTES, budget.tryTake(LEAST_BYTES), false)
        || hold(LEAST_BYTES, budget.tryTakeShort(LEAST_BYTES), true);
  }

  /** Takes what a read has answered; false if there isn't so much, and it has to be refused. Nothing is held before. */
  boolean tryTakeForRead(long bytes) {
    return bytes == 0 || tryTakeNeeded(bytes);
  }

  private boolean tryTakeNeeded(long bytes) {
    return hold(bytes, budget.tryTakeNeeded(bytes), false)
        || hold(bytes, budget.tryTakeShort(bytes), true);
  }

  private boolean hold(long bytes, boolean taken, boolean ofShort) {
    if (taken) {
      heldBytes = bytes;
      heldOfShort = ofShort;
    }
    return taken;
  }

  /** How much is held. */
  long heldBytes() {
    return heldBytes;
  }

  /** A write has been answered: keeps what its answers take, which are none if it hasn't been done for want of room. */
  List<Answer> settle(List<Answer> answers) {
    if (answers.size() == 1 && answers.get(0) instanceof Answer.NoRoom none) {
      giveBack();
      neededBytes = none.bytes();
      return List.of();
    }
    if (heldBytes > 0) {
      long bytes = answers.stream().mapToLong(Answer::valueBytes).sum();
      guessBytes = Math.max(bytes, Math.min(2 * bytes, GROWN_BYTES)) + LEAST_BYTES;
      giveBack(Math.max(0, heldBytes - bytes));
    }
    return answers;
  }

  /** Nothing of its answers is left. */
  void giveBack() {
    giveBack(heldBytes);
  }

  private void giveBack(long bytes) {
    heldBytes -= bytes;
    if (heldOfShort) {
      budget.giveBackShort(bytes);
    } else {
      budget.giveBack(bytes);
    }
  }
}
