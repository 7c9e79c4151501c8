package io.github.balsaraft.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.simulation.checks.Happening;
import io.github.balsaraft.testing.simulation.faults.FaultKind;
import io.github.balsaraft.testing.simulation.load.KvWorkload;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is told of many runs. */
class RunsReportTest {

  private static final SimulationSettings SHORT =
      SimulationSettings.DEFAULT.withLength(Duration.ofSeconds(3));

  private static RunsReport report(String what, SimulationSettings settings, int runs) {
    RunsReport report = new RunsReport(what);
    for (int seed = 1; seed <= runs; seed++) {
      Simulation<?, ?> run = new Simulation<>(seed, settings, new KvWorkload(2));
      run.run();
      report.add(run, VirtualTime.SECONDS / 2);
    }
    return report;
  }

  private static String printed(Runnable task) {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      task.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatNeverCameIsNamed() {
    RunsReport calm = report("calm runs", SHORT.calm(), 1);
    assertThat(calm.never())
        .contains(Happening.READ_LEASE.label(), FaultKind.CRASH.toString())
        .doesNotContain(Happening.LEADER_ELECTED.label());
    assertThat(calm.brief()).contains("calm runs: 1 runs, 120 a minute;").contains(", 0 faults");
  }

  @Test
  void bothTogetherAreWhatEachHasBeenThrough() {
    RunsReport calm = report("calm runs", SHORT.calm(), 1);
    RunsReport faulty = report("faulty runs", SHORT, 6);
    RunsReport both = calm.plus(faulty);
    assertThat(both.runs()).isEqualTo(7);
    assertThat(both.never()).hasSizeLessThan(calm.never().size());
    assertThat(both.table()).endsWith("never: " + both.never());
    assertThat(faulty.brief()).doesNotContain("of which 0 had an effect");
    assertThat(both.brief()).contains("calm runs and faulty runs: 7 runs, 120 a minute;");
  }

  @Test
  @DisplayName("fresh runs are counted apart, and then there is a table of all")
  void freshRuns() {
    RunsReport fixed = report("fixed seeds", SHORT.calm(), 1);
    RunsReport fresh = report("fresh seeds", SHORT.calm(), 2);
    RunsReport none = new RunsReport("fresh seeds");
    assertThat(printed(() -> RunsReport.print(fixed, none)))
        .contains("simulation: fixed seeds: 1 runs")
        .doesNotContain("fresh seeds")
        .doesNotContain("never: ");
    assertThat(printed(() -> RunsReport.print(fixed, fresh)))
        .contains("simulation: fixed seeds: 1 runs")
        .contains("simulation: fresh seeds: 2 runs")
        .contains("never: [");
  }

  @Test
  @DisplayName("what was run is told also if the last of it fails")
  void afterAFailure() {
    SimulationRuns runs =
        new SimulationRuns(SHORT, new SimulationRuns.Seeds(1, 2, Duration.ofHours(1)), "replay ");
    String told = printed(() -> {
      try {
        runs.check(() -> new KvWorkload(2).withMachine(() -> {
          throw new IllegalStateException("no machine");
        }));
      } catch (AssertionError expected) {
        System.out.println(expected.getMessage());
      }
    });
    assertThat(told).contains("seed 1 fails").contains("simulation: fixed seeds: 1 runs");
  }
}
