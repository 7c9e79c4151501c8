package io.github.balsaraft.testing.simulation.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.simulation.world.Chance;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BadnessTest {

  @Test
  @DisplayName("two digits of the amount are one part, in percent of the worst")
  void digits() {
    assertThat(Badness.of(99_00_50_01_20L)).isEqualTo(new Badness(0.20, 0.01, 0.50, 0, 0.99));
    assertThat(Badness.of(0)).isEqualTo(new Badness(0, 0, 0, 0, 0));
  }

  @Test
  @DisplayName(
      "each part comes without each other one: loss alone, repetition alone, old messages alone")
  void partsComeForThemselves() {
    Chance chance = Chance.of(1, "weather");
    List<Badness> drawn = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      drawn.add(Badness.of(Badness.draw(chance)));
    }
    assertThat(drawn).anyMatch(one -> one.loss() > 0 && one.duplication() == 0);
    assertThat(drawn).anyMatch(one -> one.loss() == 0 && one.duplication() > 0);
    assertThat(drawn).anyMatch(one -> one.loss() == 0 && one.revival() > 0);
    assertThat(drawn).anyMatch(one -> one.slow() > 0 && one.loss() == 0 && one.delay() == 0);
    assertThat(drawn).anyMatch(one -> one.loss() > 0.8 && one.duplication() > 0.8);
  }
}
