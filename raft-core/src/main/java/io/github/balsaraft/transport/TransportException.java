package io.github.balsaraft.transport;

import org.jspecify.annotations.Nullable;

/** A transport can't start. The message says what is wrong and what an operator can do about it. */
public class TransportException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public TransportException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
