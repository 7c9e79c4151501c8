package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long TENTH = SECOND / 10;

  @Test
  void withoutALimitNothingWaits() {
    RateLimit none = new RateLimit(0);
    assertThat(none.takeNanos(Long.MAX_VALUE, 0)).isZero();
    assertThat(none.takeNanos(Long.MAX_VALUE, 0)).isZero();
  }

  @Test
  void whatComesAfterTheAllowanceWaitsUntilItIsPaid() {
    RateLimit limit = new RateLimit(1000);
    long now = 50 * SECOND;
    assertThat(limit.takeNanos(100, now)).as("a tenth of a second's at once").isZero();
    assertThat(limit.takeNanos(500, now)).as("and one more, however large").isZero();
    assertThat(limit.takeNanos(1, now)).isEqualTo(SECOND / 2);
    assertThat(limit.takeNanos(1, now + SECOND / 2)).as("the one before").isEqualTo(SECOND / 1000);
  }

  @Test
  void whatWasNotUsedForLongIsLost() {
    RateLimit limit = new RateLimit(1000);
    limit.takeNanos(1, 0);
    long now = 3600 * SECOND;
    limit.takeNanos(1000, now);
    assertThat(limit.takeNanos(1, now)).isEqualTo(SECOND - TENTH);
  }

  @Test
  void overTimeItIsAsMuchAsAllowed() {
    RateLimit limit = new RateLimit(10_000);
    long now = SECOND;
    long bytes = 0;
    while (now < 61 * SECOND) {
      now += limit.takeNanos(37, now) + SECOND / 10_000;
      bytes += 37;
    }
    assertThat(bytes).isBetween(60 * 9_900L, 60 * 10_000L + 1_100);
  }
}
