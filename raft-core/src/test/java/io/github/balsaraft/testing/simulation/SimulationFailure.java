package io.github.balsaraft.testing.simulation;

/** A run in which something went wrong that must not. */
public final class SimulationFailure extends AssertionError {

  private static final long serialVersionUID = 1L;

  private final String kind;

  SimulationFailure(String kind, String message) {
    super(kind + ": " + message);
    this.kind = kind;
  }

  SimulationFailure(String kind, Throwable cause) {
    super(kind + ": " + cause, cause);
    this.kind = kind;
  }

  /** What went wrong, in a word or two: the same for runs that fail in the same way. */
  public String kind() {
    return kind;
  }
}
