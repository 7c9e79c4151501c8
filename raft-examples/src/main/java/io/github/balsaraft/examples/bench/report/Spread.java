package io.github.balsaraft.examples.bench.report;

import java.util.List;

/**
 * Several measurements of the same.
 *
 * @param runs how many; at least one
 */
record Spread(int runs, double min, double median, double max) {

  static Spread of(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int size = sorted.size();
    double median = (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    return new Spread(size, sorted.get(0), median, sorted.get(size - 1));
  }

  /** The median, and the range if there was more than one run. */
  @Override
  public String toString() {
    String text = Metric.format(median);
    return runs == 1 ? text : text + " (" + Metric.format(min) + "–" + Metric.format(max) + ")";
  }
}
