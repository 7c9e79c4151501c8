package io.github.balsaraft.api;

import java.time.Duration;

/** A queue is full, so nothing was appended. Propose again after a while. */
public final class OverloadedException extends NotAppendedException {

  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  public OverloadedException(String fullQueue, Duration retryAfter) {
    super(fullQueue);
    this.retryAfter = retryAfter;
  }

  /** When trying again may help. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
