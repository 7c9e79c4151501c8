package io.github.balsaraft.api;

import org.jspecify.annotations.Nullable;

/**
 * Why a request wasn't answered. The subclass tells what matters most: {@link NotAppendedException} had no effect and never
 * will, {@link OutcomeUnknownException} may still take effect.
 */
public abstract sealed class RaftException extends RuntimeException
    permits ChangeFailedException,
        NotAppendedException,
        OutcomeUnknownException,
        ReadNotServedException,
        TransferFailedException {

  private static final long serialVersionUID = 1L;

  RaftException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Whether the same request can be made again, as it is, without the danger that it takes effect twice, and with a chance to
   * succeed: a little later, or at another member.
   *
   * <p>False for {@link OutcomeUnknownException}, where only the application knows whether applying twice is harmless, and for
   * {@link CommandTooLargeException}, which every member answers to the same command every time.
   */
  public abstract boolean isRetryable();
}
