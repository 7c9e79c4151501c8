package io.github.balsaraft.examples.kv.cli;

import java.util.Locale;

/** Amounts as people read them; a dash for what isn't known. */
final class Amounts {

  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Amounts() {}

  /** {@code 12.3 MiB}. */
  static String bytes(long bytes) {
    if (bytes < 0) {
      return "-";
    }
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0
        ? bytes + " B"
        : String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
  }

  /** {@code 1.25 ms}. */
  static String millis(long nanos) {
    double millis = nanos / 1e6;
    return String.format(Locale.ROOT, millis < 10 ? "%.2f ms" : "%,.0f ms", millis);
  }

  /** {@code 12,345}, of something per second. */
  static String perSecond(long grown, long nanos) {
    return nanos <= 0 || grown < 0 ? "-" : String.format(Locale.ROOT, "%,.0f", grown * 1e9 / nanos);
  }

  /** A number in a field; -1 if there is none. */
  static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
