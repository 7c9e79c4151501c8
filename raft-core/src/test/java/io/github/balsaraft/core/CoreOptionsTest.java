package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.ObjIntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CoreOptionsTest {

  private static CoreOptions electionTimeout(long minNanos, long maxNanos) {
    return new CoreOptionsBuilder().electionTimeoutNanos(minNanos, maxNanos).build();
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
        limit("heartbeat interval", (options, value) -> options.heartbeatNanos(value)),
        limit("room for bytes of entries", (options, value) -> options.maxMessageBytes(value)),
        limit("one message must be allowed", (options, value) -> options.maxInflight(value, 1600)),
        limit(
            "one byte must be allowed under way",
            (options, value) -> options.maxInflight(4, value)),
        limit(
            "one byte must be allowed to be uncommitted",
            (options, value) -> options.maxUncommittedBytes(value)),
        limit("one read", (options, value) -> options.maxWaitingReads(value)));
  }

  private static Arguments limit(String complaint, ObjIntConsumer<CoreOptionsBuilder> setter) {
    return Arguments.of(complaint, setter);
  }

  private static CoreOptions limited(ObjIntConsumer<CoreOptionsBuilder> setter, int value) {
    CoreOptionsBuilder options = new CoreOptionsBuilder();
    setter.accept(options, value);
    return options.build();
  }

  @ParameterizedTest
  @MethodSource("limits")
  void aLimitOfNothingIsRefusedAndOneOfOneWorks(
      String complaint, ObjIntConsumer<CoreOptionsBuilder> setter) {
    assertThatThrownBy(() -> limited(setter, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(complaint);
    assertThat(limited(setter, 1)).isNotNull();
  }

  @Test
  void aWindowMayBeEmptyAndNotNegative() {
    assertThatThrownBy(() -> new CoreOptionsBuilder().windowBytes(-1).build())
        .hasMessageContaining("window");
  }
}
