package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.simulation.checks.Coverage;
import io.github.balsaraft.testing.simulation.checks.Happening;
import io.github.balsaraft.testing.simulation.checks.Violation;
import org.junit.jupiter.api.Test;

/** The runtime does nothing that the checks complain of, whatever happens to it; and enough does. */
class ChecksOfRunsTest {

  @Test
  void findNothingWhereNothingIsWrong() {
    Coverage coverage = new Coverage();
    for (long seed = 1; seed <= 20; seed++) {
      StormyRun run = new StormyRun(seed, 3 + (int) (seed % 3), (int) (seed % 2));
      run.storm(30);
      Violation violation = run.checks.violation();
      assertThat(violation).as("seed %d", seed).isNull();
      assertThat(run.checks.applied().size()).as("commands of seed %d", seed).isPositive();
      coverage = coverage.plus(run.coverage);
    }
    for (Happening what : new Happening[] {
      Happening.LEADER_CHANGED,
      Happening.CONFLICT,
      Happening.TRUNCATION,
      Happening.CRASH,
      Happening.CONFIGURATION_JOINT,
      Happening.TRANSFER_BEGUN,
      Happening.READ_LEASE
    }) {
      assertThat(coverage.count(what)).as(what.label()).isPositive();
    }
  }
}
