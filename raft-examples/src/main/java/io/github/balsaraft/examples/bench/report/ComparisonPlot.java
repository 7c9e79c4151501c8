package io.github.balsaraft.examples.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A comparison as a picture that needs nothing but itself (SVG): for each cell a group of bars, one for each system, as long
 * as its median in a metric of the mode: the first, and the tail of the latency if the mode has one. Each cell has a scale of its own, since cells lie orders of magnitude
 * apart; a thin line is the range of the runs.
 */
public final class ComparisonPlot {

  private static final int WIDTH = 760;
  private static final int LABELS = 210;
  private static final int BARS = 380;
  private static final int BAR = 14;
  private static final int GAP = 10;
  private static final int HEADING = 28;
  private static final int MARGIN = 12;

  private static final String OURS = "#1f5fa8";
  private static final List<String> PEERS = List.of("#d08a2e", "#8f6bb0", "#4f9a72", "#b5574f");
  private static final String LIMITS = "#b9bec5";

  private final Comparison comparison;
  private final List<String> shapes = new ArrayList<>();
  private int y = MARGIN;

  private ComparisonPlot(Comparison comparison) {
    this.comparison = comparison;
  }

  /** The picture. */
  public static String of(Comparison comparison) {
    ComparisonPlot plot = new ComparisonPlot(comparison);
    for (String mode : comparison.modes()) {
      Metric.drawn(mode).forEach(metric -> plot.addMetric(mode, metric));
    }
    return plot.document();
  }

  private void addMetric(String mode, Metric metric) {
    List<String> systems = List.copyOf(comparison.systems(mode, metric));
    addText(
        MARGIN,
        y + 16,
        "h",
        mode + ": " + metric.name() + (metric.moreIsBetter() ? "" : " (less is better)"));
    y += HEADING;
    for (Cell cell : comparison.cells(mode, metric)) {
      addCell(cell, metric, systems);
    }
  }

  private void addCell(Cell cell, Metric metric, List<String> systems) {
    Map<String, Spread> spreads = comparison.spreads(cell, metric);
    double longest = spreads.values().stream().mapToDouble(Spread::max).max().orElse(1);
    addText(MARGIN, y + BAR - 3, "c", cell.name());
    y += BAR + 2;
    for (String system : systems) {
      Spread spread = spreads.get(system);
      if (spread != null) {
        addBar(system, spread, longest <= 0 ? 1 : longest, color(system, systems));
      }
    }
    y += GAP;
  }

  private void addBar(String system, Spread spread, double longest, String color) {
    double length = scaled(spread.median(), longest);
    addText(MARGIN + 14, y + BAR - 3, "s", system);
    shapes.add(String.format(
        Locale.ROOT,
        "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
        LABELS,
        y,
        length,
        BAR - 3,
        color));
    double end = length;
    if (spread.runs() > 1) {
      double from = scaled(spread.min(), longest);
      end = scaled(spread.max(), longest);
      shapes.add(String.format(
          Locale.ROOT,
          "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#222\"/>",
          LABELS + from,
          y + (BAR - 3) / 2.0,
          LABELS + end,
          y + (BAR - 3) / 2.0));
    }
    addText((int) (LABELS + end + 6), y + BAR - 4, "s", Metric.format(spread.median()));
    y += BAR;
  }

  private static double scaled(double value, double longest) {
    return Math.max(0, value) / longest * BARS;
  }

  private static String color(String system, List<String> systems) {
    if (isOurs(system)) {
      return OURS;
    } else if (system.startsWith("limit")) {
      return LIMITS;
    }
    long place = systems.stream()
        .takeWhile(s -> !s.equals(system))
        .filter(s -> !isOurs(s))
        .count();
    return PEERS.get((int) (place % PEERS.size()));
  }

  private static boolean isOurs(String system) {
    return system.startsWith("balsa");
  }

  private void addText(int x, int baseline, String style, String words) {
    String escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    shapes.add(String.format(
        Locale.ROOT,
        "<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>",
        x,
        baseline,
        style,
        escaped));
  }

  private String document() {
    int height = y + MARGIN;
    return String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n",
            WIDTH,
            height,
            WIDTH,
            height)
        + "<style>text{font-family:sans-serif;font-size:11px;fill:#222}.h{font-size:14px;font-weight:bold}"
        + ".c{font-weight:bold}</style>\n"
        + "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
        + String.join("\n", shapes)
        + "\n</svg>\n";
  }
}
