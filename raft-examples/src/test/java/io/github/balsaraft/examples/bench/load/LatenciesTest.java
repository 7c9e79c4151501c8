package io.github.balsaraft.examples.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatenciesTest {

  private final Latencies latencies = new Latencies();

  @Test
  void hasNothingToSayOfNothing() {
    assertThat(latencies.percentileMicros(99)).isZero();
    assertThat(latencies.maxMicros()).isZero();
  }

  @Test
  void percentilesOfKnownValuesAreTheValuesAtTheirRank() {
    for (int micros = 1; micros <= 100; micros++) {
      latencies.add(micros * 1000L);
    }
    assertThat(latencies.percentileMicros(50)).isCloseTo(50, within(1.0));
    assertThat(latencies.percentileMicros(99)).isCloseTo(99, within(2.0));
    assertThat(latencies.percentileMicros(100)).isEqualTo(100.0);
    assertThat(latencies.maxMicros()).isEqualTo(100.0);
  }

  /** The promise of the class, against the simplest way to find a percentile. */
  @ParameterizedTest
  @ValueSource(doubles = {0.1, 10, 50, 90, 99, 99.9, 100})
  void isNeverTooLowAndLessThanTwoPercentTooHigh(double percent) {
    Random random = new Random(7);
    long[] values = new long[20_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1000 + (long) Math.exp(random.nextDouble() * 20);
      latencies.add(values[i]);
    }
    Arrays.sort(values);
    int rank = (int) Math.ceil(values.length * percent / 100);
    double exactMicros = values[rank - 1] / 1e3;
    // A tenth of a microsecond is what it rounds to.
    assertThat(latencies.percentileMicros(percent))
        .isBetween(exactMicros - 0.05, exactMicros * 1.02 + 0.05);
  }

  @Test
  void takesAnyValue() {
    latencies.add(-5);
    latencies.add(0);
    latencies.add(Long.MAX_VALUE);
    assertThat(latencies.percentileMicros(50)).isZero();
    assertThat(latencies.percentileMicros(100)).isGreaterThan(9e15);
    assertThat(latencies.maxMicros()).isEqualTo(Long.MAX_VALUE / 1e3);
  }
}
