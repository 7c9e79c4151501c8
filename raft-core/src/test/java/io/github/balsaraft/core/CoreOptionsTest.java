package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

  private static Stream<Arguments> limits() {
    return Stream.of(
        Arguments.of("heartbeat interval", 0),
        Arguments.of("room for bytes of entries", 1),
        Arguments.of("one message must be allowed", 2),
        Arguments.of("one byte must be allowed under way", 3),
        Arguments.of("one byte must be allowed to be uncommitted", 4),
        Arguments.of("one read", 5));
  }

  private static CoreOptions limited(int which, long value) {
    long[] limits = {100 * MILLIS, 400, 4, 1600, 4000, 8};
    limits[which] = value;
    return new CoreOptions(
        1000 * MILLIS,
        2000 * MILLIS,
        limits[0],
        limits[1],
        (int) limits[2],
        limits[3],
        limits[4],
        0,
        (int) limits[5],
        true,
        new CompactionRules(0, 0));
  }

  @ParameterizedTest
  @MethodSource("limits")
  void aLimitOfNothingIsRefusedAndOneOfOneWorks(String complaint, int which) {
    assertThatThrownBy(() -> limited(which, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(complaint);
    assertThat(limited(which, 1)).isNotNull();
  }

  @Test
  void aWindowMayBeEmptyAndNotNegative() {
    assertThatThrownBy(() -> new CoreOptions(
            1000 * MILLIS,
            2000 * MILLIS,
            100 * MILLIS,
            400,
            4,
            1600,
            4000,
            -1,
            8,
            true,
            new CompactionRules(0, 0)))
        .hasMessageContaining("window");
  }
}
