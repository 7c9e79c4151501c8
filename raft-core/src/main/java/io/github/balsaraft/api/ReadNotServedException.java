package io.github.balsaraft.api;

/** A linearizable read could not be answered: there was no leader to confirm it, or it did not do so in time. Reading
 * again is safe. */
public final class ReadNotServedException extends RaftException {

  private static final long serialVersionUID = 1L;

  public ReadNotServedException(String reason) {
    super(reason, null);
  }

  @Override
  public boolean isRetryable() {
    return true;
  }
}
