package io.github.balsaraft.examples.bench.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.MadeUpCommand;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CountingMachineTest {

  private static BenchNode.Applied after(String... commands) {
    CountingMachine machine = new CountingMachine();
    for (String command : commands) {
      machine.apply(new MadeUpCommand(1, 1, 0, command.getBytes(StandardCharsets.US_ASCII)));
    }
    return machine.applied();
  }

  @Test
  void countsAndTellsStatesApart() {
    assertThat(after()).isEqualTo(new BenchNode.Applied(0, 0));
    assertThat(after("a", "b").entries()).isEqualTo(2);
    assertThat(after("a", "b")).isEqualTo(after("a", "b"));
    assertThat(after("a", "b").checksum())
        .as("another order")
        .isNotEqualTo(after("b", "a").checksum());
    assertThat(after("0123456789").checksum())
        .as("another byte behind whole words")
        .isNotEqualTo(after("0123456780").checksum());
    assertThat(after("01234567").checksum())
        .as("another byte within a word")
        .isNotEqualTo(after("01234507").checksum());
    assertThat(after("ab", "c").checksum())
        .as("cut in another place")
        .isNotEqualTo(after("a", "bc").checksum());
  }
}
