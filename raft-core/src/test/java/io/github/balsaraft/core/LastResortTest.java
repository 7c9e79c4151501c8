package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.OPTIONS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When a voter that never stands has to. */
class LastResortTest {

  private static final long PATIENCE =
      LastResort.PATIENCE_ELECTION_TIMEOUTS * OPTIONS.electionTimeoutMaxNanos();

  private final LastResort lastResort = new LastResort(OPTIONS);

  @Test
  void isDueOnceTheOthersHaveHadTheirTime() {
    assertThat(lastResort.isDue(PATIENCE)).as("nobody needs it").isFalse();
    lastResort.needed(0);
    assertThat(lastResort.isDue(PATIENCE - 1)).isFalse();
    assertThat(lastResort.isDue(PATIENCE)).isTrue();
    lastResort.leaderFound();
    assertThat(lastResort.isDue(PATIENCE)).isFalse();
  }

  @Test
  void isNotDueLongAfterItWasLastNeeded() {
    lastResort.needed(0);
    lastResort.needed(10);
    assertThat(lastResort.isDue(10 + 2 * PATIENCE)).isTrue();
    assertThat(lastResort.isDue(10 + 2 * PATIENCE + 1)).isFalse();
  }

  @Test
  void theTimeOfTheOthersBeginsAnewAfterAPause() {
    lastResort.needed(0);
    long still = 2 * PATIENCE;
    lastResort.needed(still);
    assertThat(lastResort.isDue(still)).as("needed all the time").isTrue();
    long later = still + 2 * PATIENCE + 1;
    lastResort.needed(later);
    assertThat(lastResort.isDue(later)).isFalse();
    assertThat(lastResort.isDue(later + PATIENCE)).isTrue();
  }

  @Test
  void asksThoseThatMayStandUntilItKnows() {
    assertThat(lastResort.wantsToKnow(0)).isTrue();
    lastResort.needed(5);
    assertThat(lastResort.wantsToKnow(5 + PATIENCE)).isFalse();
    assertThat(lastResort.wantsToKnow(5 + PATIENCE + 1)).isTrue();
    lastResort.leaderFound();
    assertThat(lastResort.wantsToKnow(6)).isTrue();
  }
}
