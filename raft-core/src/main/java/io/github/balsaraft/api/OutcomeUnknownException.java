package io.github.balsaraft.api;

/**
 * The proposal was appended, or sent to a leader, and then lost sight of: it may or may not be applied, now or later.
 * Proposing it again is safe only if applying it twice is; a {@link RaftSession} makes it so, and tries again by itself.
 *
 * <p>Also of another request than a proposal, if the node failed while it was asked: it may or may not have begun.
 */
public sealed class OutcomeUnknownException extends RaftException permits SessionExpiredException {

  private static final long serialVersionUID = 1L;

  public OutcomeUnknownException(String reason) {
    super(reason, null);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
