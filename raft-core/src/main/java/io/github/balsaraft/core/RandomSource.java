package io.github.balsaraft.core;

/** Where a core gets its randomness from. The same numbers give the same run. */
@FunctionalInterface
public interface RandomSource {

  /** The next number, uniformly from all. */
  long nextLong();

  /** A number from zero to {@code bound}, exclusive. */
  default long below(long bound) {
    return Long.remainderUnsigned(nextLong(), bound);
  }
}
