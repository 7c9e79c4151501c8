package io.github.balsaraft.examples.kv.state;

/**
 * Bytes of a batch or of its answers that this version can't read. For the state machine this is fatal: to skip what it
 * doesn't understand would let replicas diverge.
 */
public final class FormatException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public FormatException(String message) {
    super(message);
  }
}
