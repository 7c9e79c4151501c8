package io.github.balsaraft.examples.kv.cli;

/** The arguments are fine, but what they ask for can't be had. The message says why, in one line. */
final class StartupException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  StartupException(String message) {
    super(message);
  }
}
