package io.github.balsaraft.testing;

/** Throws itself when it is asked for its text, as other failures do when there is no memory for it. */
public final class UnprintableError extends Error {

  private static final long serialVersionUID = 1L;

  /** A new one. */
  public UnprintableError() {}

  @Override
  public String getMessage() {
    throw this;
  }

  @Override
  public String toString() {
    throw this;
  }
}
