package io.github.balsaraft.session;

import java.time.Duration;

/** How long somebody is ready to wait, as a number of nanoseconds that can be added to a moment. */
public final class Patience {

  private static final Duration LONGEST = Duration.ofDays(3650);

  private Patience() {}

  /** No wait is longer than ten years, and whoever asks for more means for ever; one that is negative is none. */
  public static long nanosOf(Duration duration) {
    return duration.compareTo(LONGEST) > 0
        ? LONGEST.toNanos()
        : duration.isNegative() ? 0 : duration.toNanos();
  }
}
