package io.github.balsaraft.node;

import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.Distribution;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.RaftMetrics;
import io.github.balsaraft.api.ShuttingDownException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What one replica counts and measures. Cheap enough for what happens hundreds of thousands of times a second: nothing is allocated
 * and nobody waits. Thread-safe.
 */
final class NodeMetrics {

  private final Map<RaftMetric, LongAdder> counters = new EnumMap<>(RaftMetric.class);
  private final Map<RaftMetric, LongSupplier> gauges = new EnumMap<>(RaftMetric.class);
  private final Map<RaftMetric, AtomicLong> noted = new EnumMap<>(RaftMetric.class);
  private final Map<RaftMetric, Histogram> histograms = new EnumMap<>(RaftMetric.class);

  /**
   * Nothing counted so far.
   *
   * @param syncNanos the writes of the host, which its groups share
   */
  NodeMetrics(Histogram syncNanos) {
    for (RaftMetric metric : RaftMetric.values()) {
      switch (metric.kind()) {
        case COUNTER -> counters.put(metric, new LongAdder());
        case GAUGE -> {
          AtomicLong value = new AtomicLong();
          noted.put(metric, value);
          gauges.put(metric, value::get);
        }
        case DISTRIBUTION -> histograms.put(metric, new Histogram());
      }
    }
    histograms.put(RaftMetric.SYNC_NANOS, syncNanos);
  }

  /** So much more of a counter. */
  void add(RaftMetric counter, long amount) {
    of(counters, counter).add(amount);
  }

  /** A gauge is so much now. Whoever looks may see it a little later. */
  void note(RaftMetric gauge, long value) {
    of(noted, gauge).lazySet(value);
  }

  /** A gauge is asked for when somebody looks; on any thread. To be named before anybody does. */
  void gauge(RaftMetric gauge, LongSupplier value) {
    of(noted, gauge);
    gauges.put(gauge, value);
  }

  /** What a gauge is at the moment. On any thread. */
  long value(RaftMetric gauge) {
    return of(gauges, gauge).getAsLong();
  }

  /** Values of a distribution: one, so many times. */
  void record(RaftMetric distribution, long value, long times) {
    of(histograms, distribution).record(value, times);
  }

  /** Proposals were not appended. */
  void refused(NotAppendedException reason, long proposals) {
    RaftMetric counter = RaftMetric.PROPOSALS_REFUSED_NOT_LEADER;
    if (reason instanceof OverloadedException) {
      counter = RaftMetric.PROPOSALS_REFUSED_OVERLOADED;
    } else if (reason instanceof CommandTooLargeException) {
      counter = RaftMetric.PROPOSALS_REFUSED_TOO_LARGE;
    } else if (reason instanceof ShuttingDownException || reason instanceof NodeFailedException) {
      counter = RaftMetric.PROPOSALS_REFUSED_STOPPED;
    }
    add(counter, proposals);
  }

  private static <V> V of(Map<RaftMetric, V> values, RaftMetric metric) {
    V value = values.get(metric);
    if (value == null) {
      throw new IllegalArgumentException(metric + " is a " + metric.kind());
    }
    return value;
  }

  RaftMetrics look(long nowNanos) {
    Map<RaftMetric, Long> values = new EnumMap<>(RaftMetric.class);
    Map<RaftMetric, Distribution> distributions = new EnumMap<>(RaftMetric.class);
    counters.forEach((metric, counter) -> values.put(metric, counter.sum()));
    gauges.forEach((metric, gauge) -> values.put(metric, gauge.getAsLong()));
    histograms.forEach((metric, histogram) -> distributions.put(metric, histogram.look()));
    return new RaftMetrics(nowNanos, values, distributions);
  }
}
