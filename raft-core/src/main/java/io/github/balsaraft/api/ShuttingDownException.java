package io.github.balsaraft.api;

/** This node is being closed; nothing was appended. Propose at another member. */
public final class ShuttingDownException extends NotAppendedException {

  private static final long serialVersionUID = 1L;

  public ShuttingDownException() {
    super("this node is shutting down");
  }

  @Override
  public boolean isRetryable() {
    return true;
  }
}
