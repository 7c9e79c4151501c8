package io.github.balsaraft.core;

/**
 * Something that always holds does not: a bug, or a disk that lost what it said was durable. The replica stops at once,
 * since nothing that it did from here on could be trusted.
 */
public final class InvariantViolation extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  public InvariantViolation(String message) {
    super(message);
  }

  static void check(boolean holds, String message) {
    if (!holds) {
      throw new InvariantViolation(message);
    }
  }
}
