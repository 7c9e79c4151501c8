package io.github.balsaraft.testing.simulation.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.simulation.checks.TermEntries.PlacedConfiguration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TermEntriesTest {

  @Test
  @DisplayName("an entry is asked for that is further on than any that was seen")
  void furtherOnThanAny() {
    TermEntries entries = new TermEntries(3, 10, null, PlacedConfiguration.NONE);
    assertThat(entries.logTimeAt(200)).isZero();
    entries.note(500, true, 7000);
    assertThat(entries.logTimeAt(500)).isEqualTo(7000);
    assertThat(entries.sign(2000, 5)).isTrue();
    assertThat(entries.sign(2000, 6)).isFalse();
  }
}
