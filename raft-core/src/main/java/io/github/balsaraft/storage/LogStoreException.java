package io.github.balsaraft.storage;

import org.jspecify.annotations.Nullable;

/**
 * A log store can't do its work. The message says what is wrong and what an operator can do about it.
 */
public class LogStoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public LogStoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  public LogStoreException(String message) {
    super(message);
  }
}
