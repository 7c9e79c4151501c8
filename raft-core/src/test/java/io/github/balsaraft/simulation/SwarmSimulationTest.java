package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.simulation.RaftSimulation;
import io.github.balsaraft.testing.simulation.Simulation;
import io.github.balsaraft.testing.simulation.SimulationRuns;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.load.KvWorkload;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Clusters of the production runtime under faults of every kind, each run with kinds and rates of its own. New seeds are run with
 * {@code -Draft.freshSeconds}; not in each build until many hours of them have passed, lest a build fail for what it didn't change.
 */
class SwarmSimulationTest {

  @RaftSimulation(seeds = 180)
  @DisplayName("the same seeds in each build")
  void fiveHosts(SimulationRuns runs) {
    runs.check(() -> new KvWorkload(4));
  }

  @RaftSimulation(hosts = 3, seeds = 90)
  @DisplayName("groups of three")
  void threeHosts(SimulationRuns runs) {
    runs.check(() -> new KvWorkload(4));
  }

  /** Runs in which something went wrong, in the library or in the simulator. */
  @RaftSimulation(seeds = 0)
  @DisplayName(
      "what went wrong once: disks of hosts that were to leave, and stayed, were destroyed beyond the budget")
  void onceFailed(SimulationRuns runs) {
    runs.with(new SimulationRuns.Seeds(234_416_062_035L, 1, Duration.ZERO))
        .check(() -> new KvWorkload(4));
  }

  @Test
  @DisplayName("without faults nothing is unknown, and there is one leader")
  void calm() {
    Simulation<?, ?> run =
        new Simulation<>(1, SimulationSettings.DEFAULT.calm(), new KvWorkload(4));
    run.run();
    assertThat(run.clients().history()).noneMatch(operation -> operation.isUnknown());
    assertThat(run.applied().size()).isGreaterThan(1000);
  }

  /** No test depends on a time; the numbers are for people. */
  @Test
  @DisplayName("how fast it is without faults")
  void speed() {
    SimulationSettings calm = SimulationSettings.DEFAULT.calm();
    virtualSecondsPerSecond(calm, 10);
    System.out.printf(
        Locale.ROOT,
        "simulation: %.0f virtual seconds of a group of five per second with all checks, %.0f with those of the end%n",
        virtualSecondsPerSecond(calm, 20),
        virtualSecondsPerSecond(calm.checkedAtTheEnd(), 20));
  }

  private static double virtualSecondsPerSecond(SimulationSettings settings, int runs) {
    long begin = System.nanoTime();
    long virtualNanos = 0;
    for (int seed = 1; seed <= runs; seed++) {
      Simulation<?, ?> run = new Simulation<>(seed, settings, new KvWorkload(4));
      run.run();
      virtualNanos += run.time().nowNanos();
    }
    return (double) virtualNanos / (System.nanoTime() - begin);
  }
}
