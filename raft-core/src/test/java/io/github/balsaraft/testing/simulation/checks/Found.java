package io.github.balsaraft.testing.simulation.checks;

/** Thrown by a rule that is broken, and caught where the first violation is remembered. */
final class Found extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Violation violation;

  private Found(Violation violation) {
    super(violation.toString());
    this.violation = violation;
  }

  Violation violation() {
    return violation;
  }

  static Found of(Violation.Kind kind, String message) {
    return new Found(Violation.of(kind, message));
  }

  /** A replica has broken a rule. */
  static Found of(Violation.Kind kind, ReplicaModel replica, String what) {
    return of(kind, replica + " " + what);
  }
}
