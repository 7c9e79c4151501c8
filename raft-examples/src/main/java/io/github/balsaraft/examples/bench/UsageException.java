package io.github.balsaraft.examples.bench;

/** The arguments make no sense. The message says what is wrong and what to type. */
final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message + "; type: bench help");
  }
}
