package io.github.balsaraft.simulation;

import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.simulation.Simulation;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.diagram.RunRecorder;
import io.github.balsaraft.testing.simulation.diagram.TraceHash;
import io.github.balsaraft.testing.simulation.load.KvWorkload;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints the hashes of the runs of seeds, a line for each, and those of a run of several groups, for {@link SameRunIT}, which starts it in a process of its own. */
final class HashOfARun {

  private static final int GROUPS = 3;

  private HashOfARun() {}

  public static void main(String[] args) {
    for (String seed : args) {
      System.out.println(of(Long.parseLong(seed)));
    }
    System.out.println(ofGroups(Long.parseLong(args[0])));
  }

  /** A run of several groups on the same hosts, by a hash of each. */
  static String ofGroups(long seed) {
    SimulationSettings settings = SimulationSettings.DEFAULT.withHosts(3).withSpares(1);
    List<KvWorkload> workloads =
        Stream.generate(() -> new KvWorkload(4)).limit(GROUPS).toList();
    Simulation<KvInput, KvOutput> simulation =
        new Simulation<>(seed, settings, workloads, Simulation.drawn(seed, settings, GROUPS));
    List<TraceHash> hashes = new ArrayList<>();
    for (int group = 0; group < GROUPS; group++) {
      hashes.add(TraceHash.thorough().timedBy(simulation.time()));
      simulation.watchedBy(group, hashes.get(group));
    }
    simulation.run();
    return hashes.stream()
        .map(hash -> Long.toHexString(hash.value()) + " of " + hash.events())
        .collect(Collectors.joining(", "));
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
