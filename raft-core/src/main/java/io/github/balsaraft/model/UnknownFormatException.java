package io.github.balsaraft.model;

/**
 * Stored or received bytes have a version or a type that this version of the library doesn't know. Nothing is wrong with
 * the bytes: start a newer version on them.
 */
public final class UnknownFormatException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public UnknownFormatException(String message) {
    super(message);
  }
}
