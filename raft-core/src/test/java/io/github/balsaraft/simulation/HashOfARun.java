package io.github.balsaraft.simulation;

import io.github.balsaraft.testing.simulation.Simulation;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.diagram.RunRecorder;
import io.github.balsaraft.testing.simulation.diagram.TraceHash;
import io.github.balsaraft.testing.simulation.load.KvWorkload;

/** Prints the hashes of the runs of seeds, a line for each, for {@link SameRunIT}, which starts it in a process of its own. */
final class HashOfARun {

  private HashOfARun() {}

  public static void main(String[] args) {
    for (String seed : args) {
      System.out.println(of(Long.parseLong(seed)));
    }
  }

  static String of(long seed) {
    TraceHash quick = TraceHash.quick();
    EventfulRun.happens(seed, quick, quick::timedBy);
    TraceHash thorough = TraceHash.thorough();
    EventfulRun.happens(seed, thorough, thorough::timedBy);
    RunRecorder recorder = new RunRecorder();
    EventfulRun.happens(seed, recorder, recorder::timedBy);
    return Long.toHexString(quick.value()) + " " + Long.toHexString(thorough.value()) + " "
        + Long.toHexString(recorder.run().hash()) + " " + ofSimulation(seed);
  }

  /** A whole run with faults, clients and an operator. */
  private static String ofSimulation(long seed) {
    TraceHash hash = TraceHash.thorough();
    Simulation<?, ?> simulation =
        new Simulation<>(seed, SimulationSettings.DEFAULT, new KvWorkload(4));
    hash.timedBy(simulation.time());
    simulation.watchedBy(hash).run();
    return Long.toHexString(hash.value()) + " " + simulation.applied().size();
  }
}
