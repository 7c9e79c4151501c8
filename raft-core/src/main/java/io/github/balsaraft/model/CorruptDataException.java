package io.github.balsaraft.model;

/** Stored or received bytes fail their checksum or contradict themselves. */
public final class CorruptDataException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public CorruptDataException(String message) {
    super(message);
  }
}
