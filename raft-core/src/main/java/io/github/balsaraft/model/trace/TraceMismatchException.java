package io.github.balsaraft.model.trace;

/**
 * A trace contradicts itself: an event is missing, is not possible after those before it, or leads to another state than it
 * says. Either the trace is incomplete, or the replica did something that the protocol doesn't allow.
 */
public final class TraceMismatchException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public TraceMismatchException(String message) {
    super(message);
  }
}
