package io.github.balsaraft.examples.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LongestGapTest {

  private static final long MILLI = 1_000_000;

  @Test
  void theLongestSinceTheLastQuestionCountsAndSoDoesTheOneThatLasts() {
    LongestGap gap = new LongestGap(5 * MILLI);
    gap.acknowledged(8 * MILLI);
    gap.acknowledged(15 * MILLI);
    gap.acknowledged(16 * MILLI);
    assertThat(gap.takeMillis(18 * MILLI)).isEqualTo(7);
    assertThat(gap.takeMillis(19 * MILLI)).isEqualTo(3);
    gap.acknowledged(26 * MILLI);
    assertThat(gap.takeMillis(27 * MILLI)).as("it began before").isEqualTo(10);
  }
}
