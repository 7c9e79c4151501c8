package io.github.balsaraft.api;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A read could not be answered; the message says why. Linearizable: there was no leader to confirm it, or it did not do so in
 * time. Stale: nothing is known of how old the local state is since the node started. Either: too many reads wait, and then it says
 * {@linkplain #retryAfter when to read again}; or the node is not born yet, is being closed or has failed; then another member may
 * answer. Reading again is safe.
 */
public final class ReadNotServedException extends RaftException {

  private static final long serialVersionUID = 1L;

  private final @Nullable Duration retryAfter;

  public ReadNotServedException(String reason) {
    this(reason, null);
  }

  /** With the time after which there may be room for it. */
  public ReadNotServedException(String reason, @Nullable Duration retryAfter) {
    super(reason, null);
    this.retryAfter = retryAfter;
  }

  /** When reading again may help, if too many reads wait; empty for any other reason. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  @Override
  public boolean isRetryable() {
    return true;
  }
}
