package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.testing.simulation.checks.Violation;

/** A run in which something went wrong that must not. */
public final class SimulationFailure extends AssertionError {

  private static final long serialVersionUID = 1L;

  private final String kind;

  SimulationFailure(String kind, String message) {
    super(kind + ": " + message);
    this.kind = kind;
  }

  SimulationFailure(Violation violation) {
    super(violation.toString(), violation.cause());
    this.kind = violation.kind().name();
  }

  SimulationFailure(String kind, Throwable cause) {
    super(kind + ": " + cause, cause);
    this.kind = kind;
  }

  /** What went wrong, in a word or two. */
  public String kind() {
    return kind;
  }

  /** Whether another run has failed in the same way; with exceptions, those of one class from one place. */
  boolean isLike(SimulationFailure other) {
    return kind.equals(other.kind) && origin().equals(other.origin());
  }

  private String origin() {
    Throwable cause = getCause();
    return cause == null || cause.getStackTrace().length == 0
        ? ""
        : cause.getClass().getName() + " at " + cause.getStackTrace()[0];
  }
}
