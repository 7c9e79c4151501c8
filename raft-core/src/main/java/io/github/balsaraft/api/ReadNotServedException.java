package io.github.balsaraft.api;

/**
 * A read could not be answered; the message says why. Linearizable: there was no leader to confirm it, or it did not do so in
 * time. Stale: nothing is known of how old the local state is since the node started. Either: too many reads wait, or the node is
 * not born yet, is being closed or has failed; then another member may answer. Reading again is safe.
 */
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
