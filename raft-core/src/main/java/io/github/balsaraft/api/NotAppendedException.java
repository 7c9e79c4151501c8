package io.github.balsaraft.api;

/**
 * The request had no effect and never will have one: asking again is safe. A proposal was not appended to any log, a change of the
 * configuration or a transfer was not begun, a look, a preview or a wait for a leader was not answered.
 */
public abstract sealed class NotAppendedException extends RaftException
    permits NotLeaderException,
        OverloadedException,
        CommandTooLargeException,
        SessionsNotKeptException,
        ShuttingDownException,
        NodeFailedException {

  private static final long serialVersionUID = 1L;

  NotAppendedException(String message) {
    super(message, null);
  }
}
