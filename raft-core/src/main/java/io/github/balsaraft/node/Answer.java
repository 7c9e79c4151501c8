package io.github.balsaraft.node;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What a caller is told once. It hears of the first end only, so that nobody would see another: that is counted here. */
final class Answer<T extends @Nullable Object> extends CompletableFuture<T> {
  private final Runnable endedTwice;

  /**
   * @param endedTwice told if a second end comes, unless the caller has given up by {@link #cancel}
   */
  Answer(Runnable endedTwice) {
    this.endedTwice = endedTwice;
  }

  @Override
  public boolean complete(T value) {
    return ended(super.complete(value));
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    return ended(super.completeExceptionally(failure));
  }

  private boolean ended(boolean isFirst) {
    if (!isFirst && !isCancelled()) {
      endedTwice.run();
    }
    return isFirst;
  }
}
