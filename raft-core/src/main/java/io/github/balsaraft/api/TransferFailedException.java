package io.github.balsaraft.api;

/**
 * Leadership was not seen to pass to the target, for the reason in the message. If the attempt had begun, the target may still
 * come to lead. Asking again is safe.
 */
public final class TransferFailedException extends RaftException {

  private static final long serialVersionUID = 1L;

  public TransferFailedException(String reason) {
    super(reason, null);
  }

  @Override
  public boolean isRetryable() {
    return true;
  }
}
