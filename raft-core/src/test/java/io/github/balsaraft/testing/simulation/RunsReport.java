package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.testing.simulation.checks.Coverage;
import io.github.balsaraft.testing.simulation.faults.FaultKind;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What many runs have been through, added up: what never happened was not tested. */
final class RunsReport {

  private final Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
  private Coverage coverage = new Coverage();
  private int runs;
  private long virtualNanos;
  private long operations;

  RunsReport() {}

  void add(Simulation<?, ?> run) {
    runs++;
    virtualNanos += run.time().nowNanos();
    operations += run.clients().history().size();
    coverage = coverage.plus(run.coverage());
    run.saboteur().done().forEach((kind, count) -> faults.merge(kind, count, Integer::sum));
  }

  /** In a line. */
  String brief() {
    return String.format(
        Locale.ROOT,
        "%,d runs, %,d virtual seconds, %,d operations, %,d faults",
        runs,
        virtualNanos / VirtualTime.SECONDS,
        operations,
        faults.values().stream().mapToInt(Integer::intValue).sum());
  }

  /** At length. */
  String table() {
    StringBuilder table =
        new StringBuilder(brief()).append("\n\n").append(coverage).append('\n');
    for (FaultKind kind : FaultKind.values()) {
      table.append(String.format(Locale.ROOT, "%-64s %,12d%n", kind, faults.getOrDefault(kind, 0)));
    }
    List<String> never = coverage.neverHappened();
    return table.append("\nnever: ").append(never).toString();
  }
}
