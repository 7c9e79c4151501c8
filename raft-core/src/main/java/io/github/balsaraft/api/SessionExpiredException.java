package io.github.balsaraft.api;

/**
 * The group has forgotten the session, and with it whether the command was applied: an earlier attempt had an unknown outcome, and
 * the next one found no session to ask. It was not used for longer than its expiry, by log time, or gave way to others when there
 * were too many. Never said of a command of which it is certain that it was not applied: such a one is proposed in a new session.
 */
public final class SessionExpiredException extends OutcomeUnknownException {

  private static final long serialVersionUID = 1L;

  public SessionExpiredException(String reason) {
    super(reason);
  }
}
