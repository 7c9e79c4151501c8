package io.github.balsaraft.examples.kv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressBarTest {

  @ParameterizedTest
  @CsvSource({
    "0, 100, [--------------------] 0 %",
    "4, 100, [--------------------] 4 %",
    "5, 100, [#-------------------] 5 %",
    "45, 100, [#########-----------] 45 %",
    "999, 1000, [###################-] 99 %",
    "100, 100, [####################] 100 %",
    "120, 100, [####################] 100 %",
    "4611686018427387904, 9223372036854775807, [##########----------] 50 %",
    "0, 0, ''",
    "5, -1, ''",
    "-1, 5, ''"
  })
  void isFullOnlyOnceAllIsDone(long done, long total, String bar) {
    assertThat(ProgressBar.of(done, total)).isEqualTo(bar);
  }
}
