package io.github.balsaraft.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.simulation.faults.Fault;
import io.github.balsaraft.testing.simulation.faults.FaultKind;
import io.github.balsaraft.testing.simulation.faults.Schedule;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A run that fails is made as small as it can be, as long as it fails in the same way. */
class ShrinkerTest {

  private static final String KIND = "answer";
  private static final int ENOUGH_RUNS = 300;
  private static final List<Fault> FAULTS = faults(40);

  private int runs;

  private static List<Fault> faults(int count) {
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      faults.add(new Fault(i * VirtualTime.SECONDS, FaultKind.CRASH, 1, 0, 0, i));
    }
    return List.copyOf(faults);
  }

  private Shrinker shrunk(
      int mostRuns, String kind, BiPredicate<SimulationSettings, List<Fault>> fails) {
    Shrinker shrinker = new Shrinker(
        (settings, schedule) -> {
          runs++;
          return fails.test(settings, schedule.faults())
              ? new SimulationFailure(kind, "run " + runs)
              : null;
        },
        () -> runs < mostRuns,
        SimulationSettings.DEFAULT,
        new Schedule(FAULTS),
        new SimulationFailure(KIND, "run 0"));
    shrinker.shrink();
    return shrinker;
  }

  @Test
  @DisplayName("two faults that are needed together, and two clients, are what is left")
  void whatIsNeededStays() {
    List<Fault> needed = List.of(FAULTS.get(3), FAULTS.get(17));
    Shrinker shrinker = shrunk(
        ENOUGH_RUNS,
        KIND,
        (settings, faults) -> faults.containsAll(needed) && settings.clients() >= 2);
    assertThat(shrinker.schedule().faults()).isEqualTo(needed);
    assertThat(shrinker.settings().clients()).isEqualTo(2);
    assertThat(shrinker.settings().length()).isLessThan(SimulationSettings.DEFAULT.length());
    assertThat(runs).isLessThanOrEqualTo(ENOUGH_RUNS);
  }

  @Test
  @DisplayName("faults that are needed only for the length are left out once that is shorter")
  void neededForTheLength() {
    Shrinker shrinker = shrunk(
        ENOUGH_RUNS,
        KIND,
        (settings, faults) ->
            faults.contains(FAULTS.get(9)) || settings.length().toSeconds() < 10);
    assertThat(shrinker.schedule().faults()).isEmpty();
  }

  @Test
  void whatFailsInAnotherWayIsNotTaken() {
    Shrinker shrinker = shrunk(ENOUGH_RUNS, "health", (settings, faults) -> true);
    assertThat(shrinker.schedule().faults()).isEqualTo(FAULTS);
    assertThat(shrinker.settings()).isEqualTo(SimulationSettings.DEFAULT);
    assertThat(shrinker.failure()).hasMessageContaining("run 0");
  }

  @Test
  void itTakesNoMoreRunsThanItMay() {
    Shrinker shrinker = shrunk(10, KIND, (settings, faults) -> faults.contains(FAULTS.get(20)));
    assertThat(runs).isEqualTo(10);
    assertThat(shrinker.schedule().faults())
        .contains(FAULTS.get(20))
        .hasSizeLessThan(FAULTS.size());
    assertThat(shrinker.failure()).hasMessageContaining("run ");
  }

  @Test
  void aRunThatNeedsNoFaultIsLeftWithNone() {
    Shrinker shrinker = shrunk(ENOUGH_RUNS, KIND, (settings, faults) -> true);
    assertThat(shrinker.schedule().faults()).isEmpty();
    assertThat(shrinker.settings().clients()).isEqualTo(1);
  }
}
