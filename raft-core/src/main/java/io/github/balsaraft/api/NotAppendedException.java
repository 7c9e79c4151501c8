package io.github.balsaraft.api;

/**
 * The proposal was not appended to any log. It had no effect and never will have one: proposing it again is safe.
 */
public abstract sealed class NotAppendedException extends RaftException
    permits NotLeaderException,
        OverloadedException,
        CommandTooLargeException,
        ShuttingDownException,
        NodeFailedException {

  private static final long serialVersionUID = 1L;

  NotAppendedException(String message) {
    super(message, null);
  }
}
