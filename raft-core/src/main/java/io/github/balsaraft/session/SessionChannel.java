package io.github.balsaraft.session;

import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.RaftException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** How a session reaches its group, and where it gets its time and its threads from. All methods may be called on any thread. */
public interface SessionChannel {

  /**
   * Makes one attempt to have an entry of a session applied. Never blocks, never throws, and ends within bounded time.
   *
   * @param entry the payload of a {@link io.github.balsaraft.model.SessionEntry}
   * @return the encoded {@link io.github.balsaraft.model.SessionAnswer}; or a {@link NotAppendedException} if it is certain that
   *     the entry is not and won't be in the log; any other failure is taken for an unknown outcome
   */
  CompletableFuture<byte[]> propose(byte[] entry);

  /** Whether another attempt can't do better than to end with this, too. */
  boolean isFinal(RaftException failure);

  /** The monotonic clock. */
  long nowNanos();

  /** The next random number. */
  long nextRandom();

  /**
   * Runs a short task at a moment of the clock or a little later, on any thread.
   *
   * @return cancels it if it has not begun
   */
  Runnable schedule(long atNanos, Runnable task);

  /** Runs the session's steps, and what callers have chained to their futures. */
  Executor executor();

  /** The session was closed and makes no more attempts. */
  void closed(RetryingSession session);
}
