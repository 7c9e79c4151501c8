package io.github.balsaraft.api;

/**
 * The group has no sessions, because its state machine keeps its state on disk and no records of them: it is an {@link
 * OnDiskStateMachine} and no {@link SessionKeepingStateMachine}. Nothing was appended, and every member says the same each time.
 */
public final class SessionsNotKeptException extends NotAppendedException {

  private static final long serialVersionUID = 1L;

  public SessionsNotKeptException(String reason) {
    super(reason);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
