package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.testing.simulation.faults.Fault;
import io.github.balsaraft.testing.simulation.faults.Schedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a run that fails smaller: fewer faults, a shorter time, fewer clients, and the same kind of failure. The faults are
 * divided as "delta debugging" does it (Zeller and Hildebrandt 2002).
 */
final class Shrinker {

  private final BiFunction<SimulationSettings, Schedule, @Nullable SimulationFailure> runs;
  private final BooleanSupplier mayRun;
  private SimulationSettings settings;
  private Schedule schedule;
  private SimulationFailure failure;

  /**
   * To make a failed run smaller.
   *
   * @param runs runs with these settings and faults, and says how that failed; null if it did not
   * @param mayRun asked before each run; once it says no, what was found by then is the result
   */
  Shrinker(
      BiFunction<SimulationSettings, Schedule, @Nullable SimulationFailure> runs,
      BooleanSupplier mayRun,
      SimulationSettings settings,
      Schedule schedule,
      SimulationFailure failure) {
    this.runs = runs;
    this.mayRun = mayRun;
    this.settings = settings;
    this.schedule = schedule;
    this.failure = failure;
  }

  SimulationSettings settings() {
    return settings;
  }

  Schedule schedule() {
    return schedule;
  }

  SimulationFailure failure() {
    return failure;
  }

  void shrink() {
    fewerFaults();
    fewerClients();
    shorter();
    // What was needed only for the length may be needed no more.
    fewerFaults();
  }

  private boolean fails(SimulationSettings with, List<Fault> faults) {
    if (!mayRun.getAsBoolean()) {
      return false;
    }
    Schedule tried = new Schedule(faults);
    SimulationFailure found = runs.apply(with, tried);
    if (found == null || !found.isLike(failure)) {
      return false;
    }
    settings = with;
    schedule = tried;
    failure = found;
    return true;
  }

  private void fewerFaults() {
    int parts = 2;
    while (!schedule.faults().isEmpty() && parts <= 2 * schedule.faults().size()) {
      if (leaveOutOneOf(parts)) {
        parts = Math.max(2, parts - 1);
      } else {
        parts *= 2;
      }
    }
  }

  private boolean leaveOutOneOf(int parts) {
    List<Fault> faults = schedule.faults();
    int size = Math.max(1, faults.size() / parts);
    for (int from = 0; from < faults.size(); from += size) {
      List<Fault> rest = new ArrayList<>(faults.subList(0, from));
      rest.addAll(faults.subList(Math.min(faults.size(), from + size), faults.size()));
      if (fails(settings, rest)) {
        return true;
      }
    }
    return false;
  }

  private void fewerClients() {
    while (settings.clients() > 1
        && fails(settings.withClients(settings.clients() / 2), schedule.faults())) {
      // Once more.
    }
  }

  private void shorter() {
    Duration shorter = settings.length().dividedBy(2);
    while (shorter.toMillis() > 500 && fails(settings.withLength(shorter), schedule.faults())) {
      shorter = settings.length().dividedBy(2);
    }
  }
}
