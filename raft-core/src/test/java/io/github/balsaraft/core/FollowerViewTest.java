package io.github.balsaraft.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a leader says of a member's silence, at the edges of the time that is asked about. */
class FollowerViewTest {

  private static final FollowerView HEARD = new FollowerView(7, 7, true, 1_000, 0, 0);
  private static final FollowerView NEVER_HEARD = new FollowerView(0, 0, false, 1_000, 0, 0);

  @Test
  @DisplayName("who was heard of is live until the whole time has passed, and silent from then on")
  void heardOf() {
    assertThat(HEARD.isLive(1_049, 50)).isTrue();
    assertThat(HEARD.isSilentFor(1_049, 50)).isFalse();
    assertThat(HEARD.isLive(1_050, 50)).isFalse();
    assertThat(HEARD.isSilentFor(1_050, 50)).isTrue();
  }

  @Test
  @DisplayName("who was never heard of is not live, and silent only after it has had the time")
  void neverHeardOf() {
    assertThat(NEVER_HEARD.isLive(1_001, 50)).isFalse();
    assertThat(NEVER_HEARD.isSilentFor(1_049, 50)).isFalse();
    assertThat(NEVER_HEARD.isSilentFor(1_050, 50)).isTrue();
  }
}
