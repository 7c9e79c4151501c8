package io.github.balsaraft.api;

/**
 * This node has stopped taking part because of a failure that it can't repair, such as a failed sync or a state machine
 * that threw. Nothing was appended. Propose at another member.
 */
public final class NodeFailedException extends NotAppendedException {

  private static final long serialVersionUID = 1L;

  public NodeFailedException(String failure) {
    super(failure);
  }

  @Override
  public boolean isRetryable() {
    return true;
  }
}
