package io.github.balsaraft.testing.simulation.cluster;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.World;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** An election timeout is two seconds here, and timers may be half a second late. */
class TransferBoundsTest {

  private static final HostId N1 = new HostId("n1");
  private static final long AT_ONCE = MILLIS;

  private final TransferBounds bounds = new TransferBounds(
      new World(1, Observer.NONE),
      RaftOptions.defaults().toBuilder()
          .electionTimeout(Duration.ofSeconds(1), Duration.ofSeconds(2))
          .build());

  private @Nullable String look(long deadline, long now, long sincePause, long turn) {
    return bounds.exceededBy(N1, 1, deadline, now, sincePause, turn);
  }

  @Test
  @DisplayName("a transfer may take until its deadline, and a moment more until the timer has come")
  void inTime() {
    assertThat(look(12 * SECONDS, 10 * SECONDS, 10 * SECONDS, AT_ONCE)).isNull();
    assertThat(look(12 * SECONDS, 12 * SECONDS, 12 * SECONDS, AT_ONCE)).isNull();
    assertThat(look(12 * SECONDS, 12_501 * MILLIS, 12 * SECONDS, AT_ONCE)).isNull();
  }

  @Test
  @DisplayName("one that goes on later is never given up")
  void tooLate() {
    assertThat(look(12 * SECONDS, 12_502 * MILLIS, 12 * SECONDS, AT_ONCE))
        .contains("n1 hands leadership over, and should have ended that 502000000 ns ago");
  }

  @Test
  @DisplayName(
      "one that gives itself more than an election timeout holds up the group for too long")
  void tooLong() {
    assertThat(look(12 * SECONDS + 1, 10 * SECONDS, 10 * SECONDS, AT_ONCE))
        .contains("has 2000000001 ns left for it");
  }

  @Test
  @DisplayName("a process that was paused has its time from then on")
  void paused() {
    assertThat(look(12 * SECONDS, 20 * SECONDS, 501 * MILLIS, AT_ONCE)).isNull();
    assertThat(look(12 * SECONDS, 20 * SECONDS, 502 * MILLIS, AT_ONCE)).isNotNull();
  }

  @Test
  @DisplayName("a turn of a mailbox that was slow when it was asked for may come late")
  void slowTurns() {
    assertThat(look(12 * SECONDS, 11 * SECONDS, 11 * SECONDS, SECONDS)).isNull();
    assertThat(look(12 * SECONDS, 13_500 * MILLIS, 13 * SECONDS, AT_ONCE)).isNull();
    assertThat(look(12 * SECONDS, 13_501 * MILLIS, 13 * SECONDS, AT_ONCE)).isNotNull();
    assertThat(look(14 * SECONDS, 14_502 * MILLIS, 14 * SECONDS, AT_ONCE))
        .as("that was another transfer")
        .isNotNull();
  }
}
