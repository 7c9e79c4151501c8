package io.github.balsaraft.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GrowthModeTest {

  @Test
  void looksAtPowersOfTenAndThenAtEachTenMillion() {
    assertThat(GrowthMode.stops(35_000_000))
        .containsExactly(100_000L, 1_000_000L, 10_000_000L, 20_000_000L, 30_000_000L, 35_000_000L);
    assertThat(GrowthMode.stops(10_000_000)).containsExactly(100_000L, 1_000_000L, 10_000_000L);
    assertThat(GrowthMode.stops(12_000)).containsExactly(12_000L);
  }

  /** There is always something to look at. */
  @Test
  void fewEntriesAreMadeMore() {
    assertThat(GrowthMode.stops(1)).containsExactly(10_001L);
  }
}
