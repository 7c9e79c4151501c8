package io.github.balsaraft.node;

import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.ReadNotServedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A read that was asked for here. It holds its part of a budget from its arrival to its end. */
final class LocalRead<T extends @Nullable Object> implements GroupLoop.Event, PendingRead {
  final CompletableFuture<T> future = new CompletableFuture<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Supplier<T> reader;
  private final boolean byLease;
  private final Budget budget;
  private final long bytes;

  /**
   * @param budget of which {@code bytes} were taken for it
   */
  LocalRead(Supplier<T> reader, boolean byLease, Budget budget, long bytes) {
    this.reader = reader;
    this.byLease = byLease;
    this.budget = budget;
    this.bytes = bytes;
  }

  @Override
  public void happen(GroupLoop groupLoop) {
    groupLoop.read(this, byLease);
  }

  @Override
  public void abandon(String reason) {
    refuse(reason);
  }

  @Override
  public void run() {
    if (ended.getAndSet(true)) {
      return;
    }
    budget.giveBack(bytes);
    if (future.isDone()) {
      // It was told that its time is over: nobody waits for the answer.
      return;
    }
    try {
      future.complete(reader.get());
    } catch (Throwable e) {
      future.completeExceptionally(e);
    }
  }

  @Override
  public boolean runWhile(BooleanSupplier inTime) {
    if (future.isDone()) {
      run();
      return true;
    }
    Runnable end;
    try {
      T answer = reader.get();
      end = () -> future.complete(answer);
    } catch (Throwable e) {
      end = () -> future.completeExceptionally(e);
    }
    if (!inTime.getAsBoolean()) {
      return false;
    }
    if (ended.getAndSet(true)) {
      return true;
    }
    budget.giveBack(bytes);
    end.run();
    return true;
  }

  @Override
  public void refuse(String reason) {
    giveBack();
    tellLate(reason);
  }

  @Override
  public void refuseForOverload(String reason) {
    giveBack();
    tell(new ReadNotServedException(reason, OverloadedException.RETRY_AFTER));
  }

  /** A reader that hangs holds the read, but must not hold up who waits for its answer. */
  private void giveBack() {
    if (!ended.getAndSet(true)) {
      budget.giveBack(bytes);
    }
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
