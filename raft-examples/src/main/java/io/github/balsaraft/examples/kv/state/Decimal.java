package io.github.balsaraft.examples.kv.state;

import java.util.OptionalLong;

/** Reads integers as Redis does. */
public final class Decimal {

  /** No integer is longer. */
  static final int MAX_LENGTH = "-9223372036854775808".length();

  private Decimal() {}

  /**
   * Reads a 64-bit integer written the one way that Redis writes it: no plus sign, no leading zeros,
   * no blanks, no minus zero. So a value that counts as an integer keeps its bytes when 0 is added.
   */
  public static OptionalLong parse(Bytes text) {
    byte[] bytes = text.array();
    int length = bytes.length;
    if (length == 0 || length > MAX_LENGTH) {
      return OptionalLong.empty();
    }
    if (length == 1 && bytes[0] == '0') {
      return OptionalLong.of(0);
    }
    boolean negative = bytes[0] == '-';
    int at = negative ? 1 : 0;
    if (at == length || bytes[at] < '1' || bytes[at] > '9') {
      return OptionalLong.empty();
    }
    // Counts downwards: the negative range is the larger one.
    long value = 0;
    for (; at < length; at++) {
      int digit = bytes[at] - '0';
      if (digit < 0 || digit > 9) {
        return OptionalLong.empty();
      }
      if (value < Long.MIN_VALUE / 10 || value * 10 < Long.MIN_VALUE + digit) {
        return OptionalLong.empty();
      }
      value = value * 10 - digit;
    }
    if (negative) {
      return OptionalLong.of(value);
    }
    return value == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(-value);
  }
}
