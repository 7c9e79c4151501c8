package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** So many bytes a second, and no more. */
class RateLimitTest {

  private static final long MILLI = 1_000_000;

  @Test
  @DisplayName("without a limit nothing waits")
  void none() {
    RateLimit limit = new RateLimit(0);
    assertThat(limit.takeNanos(Long.MAX_VALUE, 5)).isZero();
    assertThat(limit.takeNanos(Long.MAX_VALUE, 5)).isZero();
  }

  @Test
  @DisplayName(
      "what is taken at once waits for what was taken before, less a tenth of a second that may be saved up")
  void waits() {
    RateLimit limit = new RateLimit(1000);
    assertThat(limit.takeNanos(300, 1000 * MILLI)).isZero();
    assertThat(limit.takeNanos(300, 1000 * MILLI)).isEqualTo(200 * MILLI);
    assertThat(limit.takeNanos(300, 1000 * MILLI)).isEqualTo(500 * MILLI);
    assertThat(limit.takeNanos(300, 1100 * MILLI)).isEqualTo(700 * MILLI);
  }

  @Test
  @DisplayName("no more is saved up in a long pause")
  void pause() {
    RateLimit limit = new RateLimit(1000);
    limit.takeNanos(1000, 0);
    assertThat(limit.takeNanos(200, 3_600_000 * MILLI)).isZero();
    assertThat(limit.takeNanos(200, 3_600_000 * MILLI)).isEqualTo(100 * MILLI);
  }

  @Test
  @DisplayName(
      "over a long time it is exactly the rate, however small the pieces, and on a clock below zero")
  void rate() {
    RateLimit limit = new RateLimit(1_000_000);
    long now = -5_000 * MILLI;
    long begin = now;
    for (int i = 0; i < 10_000; i++) {
      now += limit.takeNanos(1000, now);
    }
    assertThat(now - begin).isBetween(9_890 * MILLI, 10_000 * MILLI);
  }
}
