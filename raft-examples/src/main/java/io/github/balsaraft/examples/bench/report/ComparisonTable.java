package io.github.balsaraft.examples.bench.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** A comparison as text with tables in Markdown. */
public final class ComparisonTable {

  private final Comparison comparison;
  private final StringBuilder text = new StringBuilder();

  private ComparisonTable(Comparison comparison) {
    this.comparison = comparison;
  }

  /** The whole comparison. */
  public static String of(Comparison comparison) {
    ComparisonTable table = new ComparisonTable(comparison);
    comparison.modes().forEach(table::addMode);
    table.addModesWithoutMetrics();
    table.addRemarks();
    return table.text.toString();
  }

  private void addMode(String mode) {
    for (Metric metric : Metric.of(mode)) {
      Set<Cell> cells = comparison.cells(mode, metric);
      if (!cells.isEmpty()) {
        addTable(mode, metric, cells);
      }
    }
  }

  /** Of these nothing is compared, and nobody should look for it. */
  private void addModesWithoutMetrics() {
    List<String> without =
        comparison.modes().stream().filter(mode -> Metric.of(mode).isEmpty()).toList();
    if (!without.isEmpty()) {
      text.append("Not compared: ").append(String.join(", ", without)).append("\n\n");
    }
  }

  private void addTable(String mode, Metric metric, Set<Cell> cells) {
    Set<String> systems = comparison.systems(mode, metric);
    // A limit of throughput says nothing of what an operation may cost.
    Set<String> limits = metric.moreIsBetter() ? comparison.limits(mode, metric) : Set.of();
    List<String> header = new ArrayList<>(List.of("cell"));
    header.addAll(systems);
    header.add("ours / best peer");
    limits.forEach(limit -> header.add("ours / " + limit));
    header.add("runs");
    text.append("### ").append(mode).append(": ").append(metric.name()).append("\n\n");
    addRow(header);
    addRow(Collections.nCopies(header.size(), "---"));
    for (Cell cell : cells) {
      Map<String, Spread> spreads = comparison.spreads(cell, metric);
      List<String> row = new ArrayList<>(List.of(cell.name()));
      for (String system : systems) {
        Spread spread = spreads.get(system);
        row.add(spread == null ? "" : spread.toString());
      }
      row.add(ratio(comparison.ratioToBestPeer(cell, metric)));
      limits.forEach(limit -> row.add(ratio(comparison.ratioToLimit(cell, metric, limit))));
      row.add(runs(spreads));
      addRow(row);
    }
    text.append('\n');
  }

  private static String ratio(OptionalDouble ratio) {
    return ratio.isPresent() ? String.format(Locale.ROOT, "%.2f", ratio.getAsDouble()) : "";
  }

  private static String runs(Map<String, Spread> spreads) {
    int least = spreads.values().stream().mapToInt(Spread::runs).min().orElse(0);
    int most = spreads.values().stream().mapToInt(Spread::runs).max().orElse(0);
    return least == most ? String.valueOf(least) : least + "–" + most;
  }

  private void addRow(List<String> columns) {
    text.append("| ").append(String.join(" | ", columns)).append(" |\n");
  }

  private void addRemarks() {
    List<String> remarks = new ArrayList<>();
    for (Result result : comparison.all()) {
      String name = result.mode() + " " + Cell.of(result).name() + ", " + result.system() + ": ";
      if (!result.flaw().isEmpty()) {
        remarks.add(name + result.flaw() + " (not counted)");
      } else if (!result.doubt().isEmpty()) {
        remarks.add(name + result.doubt());
      }
    }
    if (!remarks.isEmpty()) {
      text.append("Remarks:\n\n");
      remarks.forEach(remark -> text.append("- ").append(remark).append('\n'));
    }
  }
}
