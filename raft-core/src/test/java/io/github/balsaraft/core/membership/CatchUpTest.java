package io.github.balsaraft.core.membership;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Raft thesis 4.2.1. */
class CatchUpTest {

  private static final long SHORT = 100;

  @Test
  void aShortRoundIsTheLast() {
    CatchUp catchUp = new CatchUp(0, 10, SHORT);
    assertThat(catchUp.observe(9, 12, SHORT - 1)).isFalse();
    assertThat(catchUp.observe(10, 12, SHORT - 1)).isTrue();
    assertThat(catchUp.round()).isEqualTo(1);
  }

  @Test
  void aRoundThatTookTooLongIsFollowedByOneOfWhatCameMeanwhile() {
    CatchUp catchUp = new CatchUp(0, 10, SHORT);
    assertThat(catchUp.observe(10, 20, SHORT)).isFalse();
    assertThat(catchUp.round()).isEqualTo(2);
    assertThat(catchUp.observe(19, 25, SHORT + 10)).isFalse();
    assertThat(catchUp.observe(20, 25, SHORT + 10)).isTrue();
  }

  @Test
  void whoHasNothingYetMayNotEvenBeThere() {
    CatchUp catchUp = new CatchUp(0, 0, SHORT);
    assertThat(catchUp.observe(0, 0, 1)).isFalse();
    assertThat(catchUp.observe(1, 1, 1)).isTrue();
  }
}
