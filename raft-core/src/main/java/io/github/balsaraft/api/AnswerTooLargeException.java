package io.github.balsaraft.api;

import java.util.OptionalLong;

/**
 * What was asked was done, and the answer is too long to be sent to a client in another process, or to the member that had forwarded a
 * command: the command was applied, once if it was sent in a session; a query was answered. Asking again ends the same
 * way. Or there was no room for the result of a command because so many others waited to be sent to that member: the message says so, and what
 * is asked later, such as a query that reads what the command has done, may well be answered.
 *
 * <p>Applied means that the state machine was given the command. If its results may say that it did nothing, or did a part only, then whether
 * it did is lost with the result.
 */
public final class AnswerTooLargeException extends RaftException {

  private static final long serialVersionUID = 1L;

  /** 0 if it isn't known. */
  private final long appliedIndex;

  public AnswerTooLargeException(String detail) {
    this(detail, 0);
  }

  /**
   * With the index at which the command was applied.
   *
   * @param appliedIndex 0 if it isn't known, or it was a query
   */
  public AnswerTooLargeException(String detail, long appliedIndex) {
    super(detail, null);
    this.appliedIndex = appliedIndex;
  }

  /**
   * The index at which the command was applied: whoever reads from a state that has got as far sees what it has done. Empty for a query,
   * for a forwarded command, and if a member of an earlier version has answered.
   */
  public OptionalLong appliedIndex() {
    return appliedIndex == 0 ? OptionalLong.empty() : OptionalLong.of(appliedIndex);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
