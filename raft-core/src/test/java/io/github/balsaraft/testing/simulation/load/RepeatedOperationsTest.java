package io.github.balsaraft.testing.simulation.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.simulation.Simulation;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.world.Observer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What certainly had no effect is asked for again as another operation, which must see all that was there by then. */
class RepeatedOperationsTest {

  @Test
  @DisplayName("an operation begins when it is asked for the last time, not the first")
  void beginsAnew() {
    Simulation<KvInput, KvOutput> run = new Simulation<>(
        4, SimulationSettings.DEFAULT.calm().withLength(Duration.ofSeconds(8)), new KvWorkload(4));
    long[] firstLeaderNanos = {Long.MAX_VALUE};
    run.watchedBy(new Observer() {
      @Override
      public void onStep(HostId host, int life, TraceEvent step) {
        if (step.header().state().role() == Role.LEADER) {
          firstLeaderNanos[0] = Math.min(firstLeaderNanos[0], run.time().nowNanos());
        }
      }
    });
    List<String> early = new ArrayList<>();
    run.clients().tell((client, fromNanos, toNanos, asked, outcome) -> {
      // A read may wait for a leader where it was asked for.
      if (fromNanos < firstLeaderNanos[0] && !asked.startsWith("get")) {
        early.add(client + " " + asked);
      }
    });
    run.run();
    // Each client has wanted something for the first time long before that.
    assertThat(firstLeaderNanos[0]).isGreaterThan(Duration.ofMillis(500).toNanos());
    assertThat(run.clients().history()).hasSizeGreaterThan(100);
    assertThat(early).isEmpty();
  }
}
