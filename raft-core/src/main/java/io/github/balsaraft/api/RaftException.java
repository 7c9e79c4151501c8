package io.github.balsaraft.api;

import org.jspecify.annotations.Nullable;

/**
 * Why a request wasn't answered. The subclass tells what matters most: {@link NotAppendedException} had no effect and never
 * will, {@link OutcomeUnknownException} may still take effect.
 */
public abstract sealed class RaftException extends RuntimeException
    permits AnswerTooLargeException,
        ChangeFailedException,
        CommandRejectedException,
        NotAppendedException,
        OutcomeUnknownException,
        ReadNotServedException,
        TransferFailedException {

  private static final long serialVersionUID = 1L;

  RaftException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Whether the same request can be made again, as it is, without the danger that it takes effect twice, and with a chance to
   * succeed: a little later, or at another member.
   *
   * <table>
   * <caption>What is certain, and whether to ask again</caption>
   * <tr><th>failure</th><th>took effect</th><th>retryable</th></tr>
   * <tr><td>{@link NotLeaderException}, {@link OverloadedException}, {@link ShuttingDownException}, {@link
   *     NodeFailedException}</td><td>no</td><td>yes; the last two at another member</td></tr>
   * <tr><td>{@link CommandTooLargeException}</td><td>no</td><td>no: every member says the same of it every time</td></tr>
   * <tr><td>{@link SessionsNotKeptException}</td><td>no</td><td>no, for the same reason</td></tr>
   * <tr><td>{@link CommandRejectedException}</td><td>no: the state machine refused it</td><td>no</td></tr>
   * <tr><td>{@link OutcomeUnknownException}</td><td>perhaps</td><td>no: only the application knows whether twice is
   *     harmless</td></tr>
   * <tr><td>{@link SessionExpiredException}</td><td>perhaps</td><td>no, as the one above</td></tr>
   * <tr><td>{@link AnswerTooLargeException}</td><td>yes</td><td>no: the answer is as long each time</td></tr>
   * <tr><td>{@link ReadNotServedException}</td><td>no</td><td>yes</td></tr>
   * <tr><td>{@link ChangeFailedException}, refused</td><td>no</td><td>if all that speaks against it passes by itself</td></tr>
   * <tr><td>{@link ChangeFailedException}, aborted</td><td>it says what remains</td><td>no: see to the cause first</td></tr>
   * <tr><td>{@link ChangeFailedException}, lost</td><td>perhaps</td><td>yes: it says how things should be in the end</td></tr>
   * <tr><td>{@link TransferFailedException}, refused</td><td>no</td><td>no: nobody suitable can take over</td></tr>
   * <tr><td>{@link TransferFailedException}, not done</td><td>no</td><td>yes</td></tr>
   * <tr><td>{@link TransferFailedException}, unknown</td><td>perhaps</td><td>no: look who leads first</td></tr>
   * </table>
   */
  public abstract boolean isRetryable();
}
