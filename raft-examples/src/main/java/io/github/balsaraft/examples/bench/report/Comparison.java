package io.github.balsaraft.examples.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Predicate;

/** Results of several systems side by side: those that count, by cell and system. */
public final class Comparison {

  private final List<Result> counted = new ArrayList<>();
  private final List<Result> all;

  /** Compares results, in the order in which they were measured. */
  public Comparison(List<Result> results) {
    all = List.copyOf(results);
    for (Result result : results) {
      if (result.flaw().isEmpty()) {
        counted.add(result);
      }
    }
  }

  /** All results, also those that don't count. */
  List<Result> all() {
    return all;
  }

  /** The modes of which there are results. */
  Set<String> modes() {
    Set<String> modes = new LinkedHashSet<>();
    counted.forEach(result -> modes.add(result.mode()));
    return modes;
  }

  /** The cells of a mode in which something has a metric. */
  Set<Cell> cells(String mode, Metric metric) {
    Set<Cell> cells = new LinkedHashSet<>();
    counted.stream()
        .filter(result -> result.mode().equals(mode))
        .filter(result -> result.number(metric.field()).isPresent())
        .forEach(result -> cells.add(Cell.of(result)));
    return cells;
  }

  /** The systems that have a metric in a mode: ours first, then the others, limits last. */
  Set<String> systems(String mode, Metric metric) {
    Set<String> systems = new LinkedHashSet<>();
    for (Predicate<Result> kind : List.<Predicate<Result>>of(
        Result::isOurs, result -> !result.isOurs() && !result.isLimit(), Result::isLimit)) {
      counted.stream()
          .filter(result -> result.mode().equals(mode))
          .filter(result -> result.number(metric.field()).isPresent())
          .filter(kind)
          .forEach(result -> systems.add(result.system()));
    }
    return systems;
  }

  /** What each system has in a cell; systems without a value are missing. */
  Map<String, Spread> spreads(Cell cell, Metric metric) {
    return spreads(cell, metric, result -> true);
  }

  private Map<String, Spread> spreads(Cell cell, Metric metric, Predicate<Result> kind) {
    Map<String, List<Double>> values = new LinkedHashMap<>();
    counted.stream()
        .filter(kind)
        .filter(result -> Cell.of(result).equals(cell))
        .forEach(result -> result
            .number(metric.field())
            .ifPresent(value -> values
                .computeIfAbsent(result.system(), name -> new ArrayList<>())
                .add(value)));
    Map<String, Spread> spreads = new LinkedHashMap<>();
    values.forEach((system, list) -> spreads.put(system, Spread.of(list)));
    return spreads;
  }

  /** Our median divided by that of the best of the other systems; empty if one of them is missing. */
  OptionalDouble ratioToBestPeer(Cell cell, Metric metric) {
    return ratio(cell, metric, result -> !result.isOurs() && !result.isLimit());
  }

  /** Our median divided by that of a limit; empty if one of them is missing. */
  OptionalDouble ratioToLimit(Cell cell, Metric metric, String limit) {
    return ratio(cell, metric, result -> result.isLimit() && result.system().equals(limit));
  }

  private OptionalDouble ratio(Cell cell, Metric metric, Predicate<Result> others) {
    OptionalDouble ours = best(spreads(cell, metric, Result::isOurs), metric);
    OptionalDouble best = best(spreads(cell, metric, others), metric);
    return ours.isPresent() && best.isPresent() && best.getAsDouble() != 0
        ? OptionalDouble.of(ours.getAsDouble() / best.getAsDouble())
        : OptionalDouble.empty();
  }

  private static OptionalDouble best(Map<String, Spread> spreads, Metric metric) {
    return metric.moreIsBetter()
        ? spreads.values().stream().mapToDouble(Spread::median).max()
        : spreads.values().stream().mapToDouble(Spread::median).min();
  }

  /** The limits that have a metric in a mode. */
  Set<String> limits(String mode, Metric metric) {
    Set<String> limits = new LinkedHashSet<>();
    counted.stream()
        .filter(Result::isLimit)
        .filter(result -> result.mode().equals(mode))
        .filter(result -> result.number(metric.field()).isPresent())
        .forEach(result -> limits.add(result.system()));
    return limits;
  }
}
