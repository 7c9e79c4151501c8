package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.storage.MemoryLogStore;
import io.github.balsaraft.testing.RecordingMachine;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The timer of reads that wait. */
class ReadExpiryTest {

  private static final long YEARS = 100_000_000 * SECONDS;

  private final VirtualTime time = new VirtualTime();
  private final OpenTimers timers = new OpenTimers(SimulatedEnvironment.alone(time));
  private final List<String> refusals = new ArrayList<>();
  private final ApplyPipeline pipeline = new ApplyPipeline(
      GroupId.DEFAULT,
      new RecordingMachine(),
      new MemoryLogStore(),
      0,
      1 << 20,
      timers,
      (what, cause) -> refusals.add(what),
      () -> {});

  /** Counts those that have neither fired nor been cancelled. */
  private static final class OpenTimers extends ForwardedEnvironment {
    private int open;

    OpenTimers(HostEnvironment rest) {
      super(rest);
    }

    @Override
    public Runnable schedule(long atNanos, Runnable task) {
      boolean[] ended = {false};
      Runnable end = () -> {
        open -= ended[0] ? 0 : 1;
        ended[0] = true;
      };
      open++;
      Runnable cancel = super.schedule(atNanos, () -> {
        end.run();
        task.run();
      });
      return () -> {
        end.run();
        cancel.run();
      };
    }
  }

  private void read(long index) {
    pipeline.read(
        index,
        time.nowNanos() + YEARS,
        () -> {
          throw new AssertionError("nothing was applied");
        },
        refusals::add,
        refusals::add);
    time.runFor(SECONDS);
  }

  @Test
  @DisplayName(
      "a group that has stopped leaves no timer behind, however long a read would have waited")
  void stopped() {
    read(9);
    assertThat(timers.open).isEqualTo(1);
    pipeline.stop("closed");
    time.runFor(SECONDS);
    assertThat(refusals).containsExactly("closed");
    assertThat(timers.open).isZero();
    read(9);
    assertThat(refusals).containsExactly("closed", "closed");
    assertThat(timers.open).as("and begins none").isZero();
  }

  @Test
  @DisplayName("nor does one whose state machine hangs")
  void abandoned() {
    read(9);
    pipeline.abandon("hung");
    assertThat(refusals).containsExactly("hung");
    assertThat(timers.open).isZero();
  }

  @Test
  @DisplayName("a caller whose own read hangs in the state machine is told at its deadline")
  void hangingRead() {
    List<String> order = new ArrayList<>();
    pipeline.read(
        0,
        time.nowNanos() + SECONDS,
        () -> {
          time.runFor(2 * SECONDS);
          order.add("came back");
        },
        refusals::add,
        late -> order.add("told"));
    time.runFor(5 * SECONDS);
    assertThat(order).containsExactly("told", "came back");
    assertThat(refusals).isEmpty();
  }
}
