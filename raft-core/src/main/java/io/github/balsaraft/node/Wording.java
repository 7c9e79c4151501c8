package io.github.balsaraft.node;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The small words of {@link Explanation} and of failures: lists, numbers and durations as a person writes them. */
final class Wording {

  private static final int MAX_DETAIL_CHARS = 200;

  private Wording() {}

  /** {@code a}, {@code a and b}, {@code a, b and c}. */
  static String list(List<String> items) {
    return list(items, "and");
  }

  /** {@code a}, {@code a or b}, {@code a, b or c}. */
  static String anyOf(List<String> items) {
    return list(items, "or");
  }

  private static String list(List<String> items, String last) {
    int size = items.size();
    if (size < 2) {
      return String.join("", items);
    }
    return String.join(", ", items.subList(0, size - 1)) + " " + last + " " + items.get(size - 1);
  }

  /** {@code is} after one, {@code are} after any other number. */
  static String are(int count) {
    return count == 1 ? "is" : "are";
  }

  /** {@code 1 entry}, {@code 12,034 entries}. */
  static String entries(long count) {
    return count == 1 ? "1 entry" : String.format(Locale.ROOT, "%,d entries", count);
  }

  /** {@code n2 has lost 20 entries that it had acknowledged ...}. What to look at is said, too. */
  static String lostEntries(String host, long fromIndex, long toIndex) {
    long count = toIndex - fromIndex + 1;
    return host + " has lost " + entries(count) + " that it had acknowledged ("
        + (count == 1 ? "index " : fromIndex + " to ") + toIndex
        + ") and is sent them again, look at its disk and whether an old copy of its folder was put in place, for votes that it gave "
        + "may be lost too";
  }

  /** {@code 1 byte}, {@code 512 bytes}, {@code 3.2 KiB}, {@code 14 MiB}. */
  static String bytes(long count) {
    if (count < 1024) {
      return count == 1 ? "1 byte" : count + " bytes";
    }
    double value = count / 1024.0;
    for (String unit : List.of("KiB", "MiB")) {
      if (value < 1024) {
        return decimal(value) + " " + unit;
      }
      value /= 1024;
    }
    return decimal(value) + " GiB";
  }

  /** {@code 340 ms}, {@code 1.4 s}, {@code 12 s}, {@code 3 min}, {@code 5 h}, {@code 4 days}. */
  static String duration(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1000) {
      return millis + " ms";
    }
    if (millis < 60_000) {
      return decimal(millis / 1000.0) + " s";
    }
    if (duration.toHours() < 1) {
      return duration.toMinutes() + " min";
    }
    return duration.toHours() < 48 ? duration.toHours() + " h" : duration.toDays() + " days";
  }

  /** One digit behind the point while that digit says something, and rounded down: 9.99 s are not 10 s yet. */
  private static String decimal(double value) {
    double tenths = Math.floor(value * 10) / 10;
    boolean whole = value >= 10 || tenths == Math.floor(tenths);
    return whole ? String.valueOf((long) value) : String.format(Locale.ROOT, "%.1f", tenths);
  }

  /** What a removed replica's operator should know. */
  static String removed(long index) {
    return "removed from the group at index " + index
        + "; stop this process and delete its folder, it takes no part any more";
  }

  /** Why a replica can't go on: it met something that only a newer version can read. */
  static String outdated(String what) {
    return "this server is older than a feature that the cluster uses, upgrade it: " + what;
  }

  /**
   * What was thrown. Throws nothing by itself, whatever an application's exception does when it is asked, and if memory has run out:
   * who deals with a failure comes to the end of that.
   */
  static String thrown(Throwable thrown) {
    try {
      return String.valueOf(thrown);
    } catch (Throwable again) {
      return undescribed(thrown);
    }
  }

  /** The message of what was thrown. Throws nothing, as {@link #thrown}. */
  static String message(Throwable thrown) {
    try {
      return String.valueOf(thrown.getMessage());
    } catch (Throwable again) {
      return undescribed(thrown);
    }
  }

  /**
   * What was thrown, or if asking it for a text throws, something that names its class. A future wraps its failure for whoever is told by
   * another future, and asks for the text on the way: that must not end in the thread that completes it.
   */
  static Throwable describable(Throwable thrown) {
    try {
      String unused = thrown.toString();
      return thrown;
    } catch (Throwable again) {
      return new IllegalStateException(undescribed(thrown) + ", which can't be asked for a text");
    }
  }

  private static String undescribed(Throwable thrown) {
    try {
      return thrown.getClass().getName();
    } catch (Throwable again) {
      return "a failure that can't be described";
    }
  }

  /**
   * A text from elsewhere, such as the message of an exception, made fit for the middle of a sentence: one line, bounded, no
   * full stop.
   */
  static String detail(String text) {
    String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ")
        .replaceAll("[.;:,!] (?=$)|[.!] ", ", ")
        .strip();
    if (line.length() > MAX_DETAIL_CHARS) {
      line = line.substring(0, MAX_DETAIL_CHARS).strip() + " and so on";
    }
    return line.replaceAll("[.;:,! ]+$", "");
  }
}
