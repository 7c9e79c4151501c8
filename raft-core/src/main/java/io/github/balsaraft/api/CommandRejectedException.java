package io.github.balsaraft.api;

/**
 * A state machine refuses a command, and declares that every replica refuses it alike: it was appended and committed, had no effect, and
 * never will have one. {@link StateMachine#apply} throws it, and the proposer gets it; the next command is applied.
 *
 * <p>Whatever else a state machine throws stops its replica, for nobody can know what the others made of that entry.
 *
 * <p>In a session the rejection is kept as a result would be, as a part of the replicated state: whoever proposes the command again gets the
 * same. So the message must follow from the command and the state alone too; no more than {@link #MAX_MESSAGE_CHARS} characters of it
 * are kept and sent.
 */
public final class CommandRejectedException extends RaftException {

  private static final long serialVersionUID = 1L;

  /** What is beyond is cut off. */
  public static final int MAX_MESSAGE_CHARS = 1000;

  /**
   * Declares it.
   *
   * @param reason for the proposer; the same on every replica
   */
  public CommandRejectedException(String reason) {
    super(
        reason.length() <= MAX_MESSAGE_CHARS ? reason : reason.substring(0, MAX_MESSAGE_CHARS),
        null);
  }

  /** Why, as the state machine said. */
  public String reason() {
    return String.valueOf(getMessage());
  }

  /** False: the state may have changed since, but only the application knows. */
  @Override
  public boolean isRetryable() {
    return false;
  }
}
