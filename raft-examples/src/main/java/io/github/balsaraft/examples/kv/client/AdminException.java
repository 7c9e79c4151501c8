package io.github.balsaraft.examples.kv.client;

/** Something that was asked of a cluster can't be had. The message is one line for an operator. */
public class AdminException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public AdminException(String message) {
    super(message);
  }
}
