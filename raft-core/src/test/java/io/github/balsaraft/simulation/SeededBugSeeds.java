package io.github.balsaraft.simulation;

import io.github.balsaraft.testing.simulation.Simulation;
import io.github.balsaraft.testing.simulation.SimulationFailure;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.load.KvWorkload;

/** Runs simulations, seed after seed, until one fails, and prints which. For {@link SeededBugHunt}, which starts it. */
final class SeededBugSeeds {

  static final String FOUND = "found";
  static final String NOTHING = "nothing";

  private static final int KEYS = 4;

  private SeededBugSeeds() {}

  public static void main(String[] args) {
    int last = Integer.parseInt(args[1]);
    for (int seed = Integer.parseInt(args[0]); seed <= last; seed++) {
      try {
        new Simulation<>(seed, SimulationSettings.DEFAULT, new KvWorkload(KEYS)).run();
      } catch (SimulationFailure e) {
        System.out.println(FOUND + " " + seed + " " + e.kind() + " " + e.getMessage());
        return;
      } catch (RuntimeException | Error e) {
        System.out.println(FOUND + " " + seed + " exception " + e);
        return;
      }
    }
    System.out.println(NOTHING);
  }
}
