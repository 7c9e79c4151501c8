package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.simulation.KeptRun;
import io.github.balsaraft.testing.simulation.RaftSimulation;
import io.github.balsaraft.testing.simulation.RunsReport;
import io.github.balsaraft.testing.simulation.Simulation;
import io.github.balsaraft.testing.simulation.SimulationRuns;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.checks.Happening;
import io.github.balsaraft.testing.simulation.load.KvWorkload;
import io.github.balsaraft.testing.simulation.world.Mishap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Clusters of the production runtime under faults of every kind, each run with kinds and rates of its own. Each build runs the same seeds
 * as all others, and then others for a while, which are new with each change of the code; {@code -Draft.freshSeconds} draws them at random
 * instead, and says for how long.
 */
class SwarmSimulationTest {

  private static final Path KEPT = Path.of("src/test/testdata/simulation/kept-runs.txt");

  private static final int FIXED_SEEDS = 180;

  /** What can't happen, or is too rare, and why. */
  private static final List<String> NEVER = List.of(
      // Log stores refuse a log with damaged entries, so that the core never gets one.
      Happening.ENTRY_REFILLED.label(),
      "FetchEntries",
      "FetchEntriesResponse",
      // An addition that runs out of its time: in one of some hundred runs.
      Happening.CHANGE_ABORTED.label(),
      // A process that is killed just while it publishes a snapshot of its own: in one of some
      // hundred runs.
      Mishap.SNAPSHOT_NAME_UNSYNCED.label(),
      // The state machine on disk syncs few of its batches: in one of some hundred runs.
      Mishap.STATE_SYNC_FAILED.label(),
      // The runtime asks the core first whether it would refuse a change.
      Happening.CHANGE_REFUSED.label());

  @RaftSimulation(seeds = FIXED_SEEDS, freshSeconds = 20)
  @DisplayName("in the seeds that are the same in each build everything happens that can")
  void fiveHosts(SimulationRuns runs) {
    RunsReport fixed = runs.with(runs.seeds().fixed()).check(() -> new KvWorkload(4));
    if (fixed.runs() >= FIXED_SEEDS) {
      assertThat(fixed.never()).isSubsetOf(NEVER);
    }
    runs.with(runs.seeds().onlyFresh()).check(() -> new KvWorkload(4));
  }

  @RaftSimulation(hosts = 3, seeds = 90, freshSeconds = 10)
  @DisplayName("groups of three")
  void threeHosts(SimulationRuns runs) {
    runs.check(() -> new KvWorkload(4));
  }

  /** Runs in which something went wrong, in the library or in the simulator, by their faults: a seed draws others one day. */
  @RaftSimulation(seeds = 0)
  @DisplayName("what went wrong once")
  void keptRuns(SimulationRuns runs) throws IOException {
    List<KeptRun> kept = KeptRun.parse(Files.readAllLines(KEPT));
    assertThat(kept).isNotEmpty().noneMatch(run -> run.reaches().isEmpty());
    runs.checkKept(kept, () -> new KvWorkload(4).inMemory());
    runs.checkKept(kept, () -> new KvWorkload(4).onDisk());
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
    SimulationSettings checkedAtTheEnd = calm.checkedAtTheEnd();
    // The JIT compiler is at work for the first half minute; who runs seeds for hours doesn't see
    // that.
    virtualSecondsPerSecond(calm, 40);
    virtualSecondsPerSecond(checkedAtTheEnd, 40);
    System.out.printf(
        Locale.ROOT,
        "simulation: %.0f virtual seconds of a group of five per second with all checks, %.0f with those of the end%n",
        virtualSecondsPerSecond(calm, 20),
        virtualSecondsPerSecond(checkedAtTheEnd, 20));
  }

  private static double virtualSecondsPerSecond(SimulationSettings settings, int runs) {
    long begin = System.nanoTime();
    long virtualNanos = 0;
    for (int seed = 1; seed <= runs; seed++) {
      Simulation<?, ?> run = new Simulation<>(seed, settings, new KvWorkload(4).inMemory());
      run.run();
      virtualNanos += run.time().nowNanos();
    }
    return (double) virtualNanos / (System.nanoTime() - begin);
  }
}
