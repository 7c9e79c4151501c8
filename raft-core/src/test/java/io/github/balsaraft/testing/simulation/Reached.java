package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.checks.Coverage;
import io.github.balsaraft.testing.simulation.checks.Happening;
import io.github.balsaraft.testing.simulation.world.Observer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a run has got to, of what a {@link KeptRun} may say. */
final class Reached implements Observer {

  private final Set<String> notes = new TreeSet<>();

  @Override
  public boolean wantsSteps() {
    return false;
  }

  @Override
  public void onNote(HostId host, String what) {
    notes.add(host + ": " + what);
  }

  /**
   * Fails if a run has not got to where it has to.
   *
   * @param coverage what has happened in it
   */
  void check(KeptRun kept, Coverage coverage) {
    List<String> missing = new ArrayList<>(kept.reaches());
    missing.removeAll(notes);
    for (Happening happening : Happening.values()) {
      if (coverage.count(happening) > 0) {
        missing.remove(happening.label());
      }
    }
    if (!missing.isEmpty()) {
      throw new AssertionError(
          "the run of seed " + kept.seed() + " was kept for what it doesn't get to any more: "
              + missing + "; what was noted in it: " + notes);
    }
  }
}
