package io.github.balsaraft.node;

import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.ReadNotServedException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A read that was asked for here. It holds its part of a budget from its arrival to its end. */
final class LocalRead<T extends @Nullable Object> implements GroupLoop.Event, PendingRead {
  final CompletableFuture<T> future = new CompletableFuture<>();
  private final Supplier<T> reader;
  private final boolean byLease;
  private final BudgetShare share;

  /**
   * @param budget of which {@code bytes} were taken for it
   * @param endedTwice told if a second end comes, unless it was abandoned, whose end nobody waits for
   */
  LocalRead(Supplier<T> reader, boolean byLease, Budget budget, long bytes, Runnable endedTwice) {
    this.reader = reader;
    this.byLease = byLease;
    this.share = new BudgetShare(budget, bytes, endedTwice);
  }

  @Override
  public void happen(GroupLoop groupLoop) {
    groupLoop.read(this, byLease);
  }

  @Override
  public void abandon(String reason) {
    share.abandon();
    refuse(reason);
  }

  @Override
  public void run() {
    if (future.isDone()) {
      // It was told that its time is over: nobody waits for the answer.
      boolean unused = share.end();
      return;
    }
    end(ask());
  }

  @Override
  public boolean runWhile(BooleanSupplier inTime) {
    if (future.isDone()) {
      run();
      return true;
    }
    Runnable answer = ask();
    if (!inTime.getAsBoolean()) {
      return false;
    }
    end(answer);
    return true;
  }

  /** It holds its part of the budget meanwhile: a reader may hang. */
  private Runnable ask() {
    try {
      T value = reader.get();
      return () -> future.complete(value);
    } catch (Throwable e) {
      return () -> future.completeExceptionally(Wording.describable(e));
    }
  }

  private void end(Runnable answer) {
    if (share.end()) {
      answer.run();
    }
  }

  @Override
  public void refuse(String reason) {
    // The caller is told in any case: a reader that hangs holds the read, but must not hold up who
    // waits for its answer.
    boolean unused = share.end();
    tellLate(reason);
  }

  @Override
  public void refuseForOverload(String reason) {
    boolean unused = share.end();
    tell(new ReadNotServedException(reason, OverloadedException.RETRY_AFTER));
  }

  @Override
  public void tellLate(String reason) {
    tell(new ReadNotServedException(reason));
  }

  private void tell(ReadNotServedException why) {
    if (!future.isDone()) {
      future.completeExceptionally(why);
    }
  }
}
