package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StandstillTest {

  private final Standstill standstill = new Standstill(100);

  @Test
  void whoGetsOnIsWaitedForWithoutEnd() {
    for (int i = 0; i < 10; i++) {
      assertThat(standstill.mayGoOn(true, i, 90L * i)).isTrue();
    }
  }

  @Test
  void whoHangsIsWaitedForFromTheFirstLook() {
    assertThat(standstill.mayGoOn(true, 5, 1000)).isTrue();
    assertThat(standstill.mayGoOn(true, 5, 1099)).isTrue();
    assertThat(standstill.mayGoOn(true, 5, 1100)).isFalse();
    assertThat(standstill.mayGoOn(true, 6, 1101)).as("it goes on").isTrue();
  }

  @Test
  void whoHasNothingToApplyIsNotWaitedFor() {
    assertThat(standstill.mayGoOn(true, 5, 0)).isTrue();
    assertThat(standstill.mayGoOn(false, 5, 50)).isFalse();
    assertThat(standstill.mayGoOn(true, 5, 120)).as("begins anew").isTrue();
  }
}
