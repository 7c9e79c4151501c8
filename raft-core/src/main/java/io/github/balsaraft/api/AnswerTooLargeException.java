package io.github.balsaraft.api;

/**
 * What was asked was done, and the answer is too long to be sent to a client in another process: a command was applied, in its
 * session and once; a query was answered. Asking again ends the same way.
 */
public final class AnswerTooLargeException extends RaftException {

  private static final long serialVersionUID = 1L;

  public AnswerTooLargeException(String detail) {
    super(detail, null);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
