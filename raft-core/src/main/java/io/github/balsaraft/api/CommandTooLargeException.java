package io.github.balsaraft.api;

/** The command is larger than {@link RaftOptions#maxCommandBytes}, or than its session ever takes; nothing was appended. */
public final class CommandTooLargeException extends NotAppendedException {

  private static final long serialVersionUID = 1L;

  private final int limitBytes;

  public CommandTooLargeException(int bytes, int limitBytes) {
    super("the command has " + bytes + " bytes, the limit is " + limitBytes);
    this.limitBytes = limitBytes;
  }

  /** The largest command that is accepted, in bytes. */
  public int limitBytes() {
    return limitBytes;
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
