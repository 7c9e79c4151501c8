package io.github.balsaraft.api;

import java.util.EnumMap;
import java.util.Map;

/**
 * One look at what a node counts and measures. To bring it into a metrics system, look every few seconds and pass on each {@link
 * RaftMetric} by its {@link RaftMetric#kind}. Immutable.
 *
 * <p>Looking takes no lock and needs no thread of the node, so that it works even if that hangs. The values are read one after the
 * other while the node goes on: for several that belong together there is {@link NodeStatus}.
 */
public final class RaftMetrics {

  private final long atNanos;
  private final Map<RaftMetric, Long> values = new EnumMap<>(RaftMetric.class);
  private final Map<RaftMetric, Distribution> distributions = new EnumMap<>(RaftMetric.class);

  /**
   * A look: for the runtime, and for tests of what reads it.
   *
   * @param atNanos when it was taken
   * @param values of each counter and gauge
   * @param distributions of each distribution
   * @throws IllegalArgumentException if one is missing, or is among the others
   */
  public RaftMetrics(
      long atNanos, Map<RaftMetric, Long> values, Map<RaftMetric, Distribution> distributions) {
    this.atNanos = atNanos;
    this.values.putAll(values);
    this.distributions.putAll(distributions);
    for (RaftMetric metric : RaftMetric.values()) {
      boolean isDistribution = metric.kind() == RaftMetric.Kind.DISTRIBUTION;
      if (values.containsKey(metric) == isDistribution
          || distributions.containsKey(metric) != isDistribution) {
        throw new IllegalArgumentException(metric + " is missing or no " + metric.kind());
      }
    }
  }

  /** When it was taken, by the node's monotonic clock: the time between two looks makes rates of counters. */
  public long atNanos() {
    return atNanos;
  }

  /**
   * The value of a counter or gauge.
   *
   * @throws IllegalArgumentException if it is a distribution
   */
  public long value(RaftMetric metric) {
    Long value = values.get(metric);
    if (value == null) {
      throw new IllegalArgumentException(metric + " is a distribution");
    }
    return value;
  }

  /**
   * The values of a distribution since the node's start.
   *
   * @throws IllegalArgumentException if it is a counter or a gauge
   */
  public Distribution distribution(RaftMetric metric) {
    Distribution distribution = distributions.get(metric);
    if (distribution == null) {
      throw new IllegalArgumentException(metric + " is no distribution");
    }
    return distribution;
  }
}
