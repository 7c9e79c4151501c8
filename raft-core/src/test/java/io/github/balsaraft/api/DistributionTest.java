package io.github.balsaraft.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DistributionTest {

  private static Distribution of(long... values) {
    long[] counts = new long[Distribution.BUCKETS];
    for (long value : values) {
      counts[Distribution.bucketOf(value)]++;
    }
    return new Distribution(
        counts, Arrays.stream(values).sum(), Arrays.stream(values).max().orElse(0));
  }

  @Test
  void ofNothingEverythingIsZero() {
    Distribution nothing = of();
    assertThat(nothing.count()).isZero();
    assertThat(nothing.sum()).isZero();
    assertThat(nothing.quantile(0)).isZero();
    assertThat(nothing.quantile(1)).isZero();
  }

  @Test
  void bucketsFollowOneAnotherWithoutGaps() {
    assertThat(Distribution.bucketOf(-5)).isZero();
    assertThat(Distribution.bucketOf(0)).isZero();
    for (int bucket = 0; bucket < Distribution.BUCKETS - 1; bucket++) {
      long largest = Distribution.largestOf(bucket);
      assertThat(Distribution.bucketOf(largest)).as("of %d", largest).isEqualTo(bucket);
      assertThat(Distribution.bucketOf(largest + 1)).as("after %d", largest).isEqualTo(bucket + 1);
    }
    assertThat(Distribution.bucketOf(Long.MAX_VALUE)).isEqualTo(Distribution.BUCKETS - 1);
  }

  @Test
  void quantilesAreAtMostAnEighthTooLarge() {
    SplittableRandom random = new SplittableRandom(17);
    for (int run = 0; run < 200; run++) {
      long[] values =
          random.longs(1 + random.nextInt(300), 0, 1L << random.nextInt(1, 42)).toArray();
      Distribution distribution = of(values);
      Arrays.sort(values);
      for (double part : new double[] {0, 0.01, 0.5, 0.9, 0.99, 1}) {
        long exact = values[Math.max(0, (int) Math.ceil(part * values.length) - 1)];
        assertThat(distribution.quantile(part))
            .as("%s of %s", part, Arrays.toString(values))
            .isBetween(exact, exact + exact / 8);
      }
      assertThat(distribution.quantile(1)).isEqualTo(distribution.max());
    }
  }

  @Test
  void ofWhatIsTooLargeTheLargestIsKnown() {
    long days = 10 * 86_400_000_000_000L;
    assertThat(of(5, days).quantile(1)).isEqualTo(days);
    assertThat(of(5, days).quantile(0.5)).isEqualTo(5);
  }

  @Test
  void whatHasComeSinceAnEarlierLook() {
    Distribution since = of(1, 2, 2, 1000).since(of(1, 2));
    assertThat(since.count()).isEqualTo(2);
    assertThat(since.quantile(0.5)).isEqualTo(2);
    assertThat(since.sum()).isEqualTo(1002);
  }

  @Test
  void whatIsNoPartIsRefused() {
    for (double part : new double[] {-0.1, 1.1, Double.NaN, 99}) {
      assertThatThrownBy(() -> of(1).quantile(part)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
