package io.github.balsaraft.api;

import org.jspecify.annotations.Nullable;

/**
 * Why a request wasn't answered. The subclass tells what matters most: {@link NotAppendedException} had no effect and never
 * will, {@link OutcomeUnknownException} may still take effect.
 */
public abstract sealed class RaftException extends RuntimeException
    permits NotAppendedException, OutcomeUnknownException, ReadNotServedException {

  private static final long serialVersionUID = 1L;

  RaftException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
