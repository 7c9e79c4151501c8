package io.github.balsaraft.api;

import java.time.Duration;

/** A queue is full, so nothing was appended. Propose again after a while. */
public final class OverloadedException extends NotAppendedException {

  private static final long serialVersionUID = 1L;

  /** About as long as a write takes to become durable. */
  public static final Duration RETRY_AFTER = Duration.ofMillis(10);

  private final Duration retryAfter;

  /** Trying again may help after {@link #RETRY_AFTER}. */
  public OverloadedException(String fullQueue) {
    this(fullQueue, RETRY_AFTER);
  }

  public OverloadedException(String fullQueue, Duration retryAfter) {
    super(fullQueue);
    this.retryAfter = retryAfter;
  }

  /** When trying again may help. */
  public Duration retryAfter() {
    return retryAfter;
  }

  @Override
  public boolean isRetryable() {
    return true;
  }
}
