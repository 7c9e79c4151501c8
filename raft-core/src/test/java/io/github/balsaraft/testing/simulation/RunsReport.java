package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.testing.simulation.checks.Coverage;
import io.github.balsaraft.testing.simulation.faults.FaultKind;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What many runs have been through, added up: what never happened was not tested. Not thread-safe. */
public final class RunsReport {

  /** Among so many runs everything should have happened. */
  private static final int MANY_RUNS = 1000;

  private static final double NANOS_PER_MINUTE = 60.0 * VirtualTime.SECONDS;

  private final String what;
  private final Map<FaultKind, Integer> begun = new EnumMap<>(FaultKind.class);
  private final Map<FaultKind, Integer> felt = new EnumMap<>(FaultKind.class);
  private Coverage coverage = new Coverage();
  private int runs;
  private int mostGroups;
  private long wallNanos;
  private long virtualNanos;
  private long operations;

  /** Of no runs yet. */
  RunsReport(String what) {
    this.what = what;
  }

  /** Counts a run, which took so long. */
  void add(Simulation<?, ?> run, long nanos) {
    runs++;
    wallNanos += nanos;
    virtualNanos += run.time().nowNanos();
    mostGroups = Math.max(mostGroups, run.groups().size());
    for (SimulatedGroup<?, ?> group : run.groups()) {
      operations += group.clients().history().size();
      coverage = coverage.plus(group.coverage());
      add(group.saboteur().begun(), group.saboteur().felt());
    }
  }

  private void add(Map<FaultKind, Integer> moreBegun, Map<FaultKind, Integer> moreFelt) {
    moreBegun.forEach((kind, count) -> begun.merge(kind, count, Integer::sum));
    moreFelt.forEach((kind, count) -> felt.merge(kind, count, Integer::sum));
  }

  /** Both together. */
  RunsReport plus(RunsReport other) {
    RunsReport sum = new RunsReport(what + " and " + other.what);
    for (RunsReport part : List.of(this, other)) {
      sum.runs += part.runs;
      sum.mostGroups = Math.max(sum.mostGroups, part.mostGroups);
      sum.wallNanos += part.wallNanos;
      sum.virtualNanos += part.virtualNanos;
      sum.operations += part.operations;
      sum.coverage = sum.coverage.plus(part.coverage);
      sum.add(part.begun, part.felt);
    }
    return sum;
  }

  /** How many runs there were. */
  public int runs() {
    return runs;
  }

  /** What never happened in any of them, and kinds of faults that never came or never changed anything, by their names for people. */
  public List<String> never() {
    List<String> never = new ArrayList<>(coverage.neverHappened());
    for (FaultKind kind : FaultKind.values()) {
      if (kind.isOfSeveralGroups() && mostGroups <= 1) {
        continue;
      }
      if (!begun.containsKey(kind)) {
        never.add(kind.toString());
      } else if (!felt.containsKey(kind)) {
        never.add(kind + " with an effect");
      }
    }
    return List.copyOf(never);
  }

  /** In a line. */
  String brief() {
    return String.format(
        Locale.ROOT,
        "%s: %,d runs, %,.0f a minute; %,d virtual seconds, %,d operations, %,d faults, of which %,d had an effect",
        what,
        runs,
        wallNanos == 0 ? 0 : runs * NANOS_PER_MINUTE / wallNanos,
        virtualNanos / VirtualTime.SECONDS,
        operations,
        sum(begun),
        sum(felt));
  }

  private static int sum(Map<FaultKind, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** At length. */
  String table() {
    StringBuilder table =
        new StringBuilder(what).append("\n\n").append(coverage).append('\n');
    table.append(
        String.format(Locale.ROOT, "%-50s %12s %13s%n", "fault", "begun", "had an effect"));
    for (FaultKind kind : FaultKind.values()) {
      table.append(String.format(
          Locale.ROOT,
          "%-50s %,12d %,13d%n",
          kind,
          begun.getOrDefault(kind, 0),
          felt.getOrDefault(kind, 0)));
    }
    return table.append("\nnever: ").append(never()).toString();
  }

  /** Prints the runs of fixed seeds and those of fresh ones; at length if there were many, or fresh ones. */
  static void print(RunsReport fixed, RunsReport fresh) {
    print(fixed);
    if (fresh.runs > 0) {
      print(fresh);
    }
    RunsReport all = fixed.plus(fresh);
    if (all.runs >= MANY_RUNS || fresh.runs > 0) {
      System.out.println("simulation: " + all.table());
    }
  }

  static void print(RunsReport report) {
    if (report.runs > 0) {
      System.out.println("simulation: " + report.brief());
    }
  }
}
