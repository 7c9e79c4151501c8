package io.github.balsaraft.testing;

import java.util.Arrays;

/** An immutable set of small numbers. */
final class Bits {

  private final long[] words;

  private Bits(long[] words) {
    this.words = words;
  }

  /** No number at all, of those below a limit. */
  static Bits noneOf(int limit) {
    return new Bits(new long[(limit + 63) / 64]);
  }

  boolean has(int number) {
    return (words[number >> 6] & 1L << number) != 0;
  }

  Bits with(int number) {
    return flipped(number, !has(number));
  }

  Bits without(int number) {
    return flipped(number, has(number));
  }

  private Bits flipped(int number, boolean flip) {
    if (!flip) {
      return this;
    }
    long[] changed = words.clone();
    changed[number >> 6] ^= 1L << number;
    return new Bits(changed);
  }

  /** About how much memory it takes. */
  long bytes() {
    return 32 + 8L * words.length;
  }

  /** Whether every number of the other set is in this one. Both have the same limit. */
  boolean containsAll(Bits other) {
    for (int i = 0; i < words.length; i++) {
      if ((other.words[i] & ~words[i]) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bits that && Arrays.equals(words, that.words);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(words);
  }
}
