package io.github.balsaraft.testing;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Numbers as values, as Redis reads them: a decimal that is written as it would be printed. */
final class KvNumbers {

  private static final Pattern BEGINNING = Pattern.compile("-?[0-9]*");

  private KvNumbers() {}

  /** The number that the text is, or null. */
  static @Nullable Long parse(String text) {
    try {
      long number = Long.parseLong(text);
      return Long.toString(number).equals(text) ? number : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Whether the text is part of a number, or appending can make it one. */
  static boolean mayBecomeNumber(String text) {
    return BEGINNING.matcher(text).matches();
  }

  /** The sum, or null if it doesn't fit. */
  static @Nullable Long sum(long one, long other) {
    try {
      return Math.addExact(one, other);
    } catch (ArithmeticException e) {
      return null;
    }
  }
}
