package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CoreOptionsTest {

  private static CoreOptions electionTimeout(long minNanos, long maxNanos) {
    return new CoreOptions(
        minNanos,
        maxNanos,
        100 * MILLIS,
        400,
        4,
        1600,
        4000,
        1 << 20,
        8,
        true,
        new CompactionRules(0, 0));
  }

  /** A draw from an empty range divided by zero, at the first election of a running replica. */
  @Test
  void anElectionTimeoutThatIsNotRandomIsRefused() {
    assertThatThrownBy(() -> electionTimeout(1000 * MILLIS, 1000 * MILLIS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("range of election timeouts must not be empty");
    assertThatThrownBy(() -> electionTimeout(1000 * MILLIS, 999 * MILLIS))
        .hasMessageContaining("range of election timeouts must not be empty");
  }

  @Test
  void theSmallestRangeWorks() {
    CoreHarness cluster = new CoreHarness(electionTimeout(1000 * MILLIS, 1000 * MILLIS + 1));
    cluster.add("n1", CoreHarness.patience(1), CoreHarness.voters("n1"));
    cluster.elect("n1");
    assertThat(cluster.replica("n1").leads()).isTrue();
  }

  @Test
  void anElectionTimeoutNotLongerThanTheHeartbeatIntervalIsRefused() {
    assertThatThrownBy(() -> electionTimeout(100 * MILLIS, 2000 * MILLIS))
        .hasMessageContaining("longer than the heartbeat interval");
  }
}
