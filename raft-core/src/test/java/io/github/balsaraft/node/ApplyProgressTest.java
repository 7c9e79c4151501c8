package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ApplyProgressTest {

  private final ApplyProgress progress = new ApplyProgress();

  @Test
  void countsFromTheFirstLookAtWhichSomethingWaits() {
    progress.observe(5, 5, 100);
    assertThat(progress.waitingSinceNanos()).isEqualTo(-1);
    progress.observe(5, 6, 200);
    progress.observe(5, 9, 300);
    assertThat(progress.waitingSinceNanos()).isEqualTo(200);
  }

  @Test
  void whateverIsAppliedIsProgress() {
    progress.observe(5, 9, 200);
    progress.observe(6, 9, 300);
    assertThat(progress.waitingSinceNanos()).isEqualTo(300);
    progress.observe(9, 9, 400);
    assertThat(progress.waitingSinceNanos()).isEqualTo(-1);
  }
}
