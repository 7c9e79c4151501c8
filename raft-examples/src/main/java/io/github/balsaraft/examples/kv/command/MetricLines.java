package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.api.Distribution;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.RaftMetrics;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Metrics as lines of text, {@code name:value}, and back. A distribution is {@code
 * count=3,sum=60,p50=20,p99=30,p999=30,max=30,buckets=18:2;23:1}: those of its buckets that aren't empty, so that who has two looks
 * has the distribution of the time between them.
 */
public final class MetricLines {

  /** When the look was taken, by the server's monotonic clock. */
  public static final String AT_NANOS = "metrics_at_nanos";

  private static final String BUCKETS = ",buckets=";

  private MetricLines() {}

  /**
   * Names and values.
   *
   * @param withBuckets whether distributions can be read again; without, their lines are short
   */
  static Map<String, Object> of(RaftMetrics metrics, boolean withBuckets) {
    Map<String, Object> lines = new LinkedHashMap<>();
    lines.put(AT_NANOS, metrics.atNanos());
    for (RaftMetric metric : RaftMetric.values()) {
      lines.put(
          metric.label(),
          metric.kind() == RaftMetric.Kind.DISTRIBUTION
              ? text(metrics.distribution(metric), withBuckets)
              : metrics.value(metric));
    }
    return lines;
  }

  private static String text(Distribution distribution, boolean withBuckets) {
    StringBuilder text = new StringBuilder("count=").append(distribution.count());
    text.append(",sum=").append(distribution.sum());
    text.append(",p50=").append(distribution.quantile(0.5));
    text.append(",p99=").append(distribution.quantile(0.99));
    text.append(",p999=").append(distribution.quantile(0.999));
    text.append(",max=").append(distribution.max());
    if (!withBuckets) {
      return text.toString();
    }
    text.append(BUCKETS);
    String between = "";
    for (int bucket = 0; bucket < Distribution.BUCKETS; bucket++) {
      if (distribution.countOf(bucket) > 0) {
        text.append(between).append(bucket).append(':').append(distribution.countOf(bucket));
        between = ";";
      }
    }
    return text.toString();
  }

  /** Reads a section of {@code INFO}: names and values. */
  public static Map<String, String> read(String info) {
    Map<String, String> lines = new LinkedHashMap<>();
    info.lines().forEach(line -> {
      int colon = line.indexOf(':');
      if (!line.startsWith("#") && colon > 0) {
        lines.put(line.substring(0, colon), line.substring(colon + 1));
      }
    });
    return lines;
  }

  /**
   * Reads the value of a distribution.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Distribution distribution(String text) {
    long[] counts = new long[Distribution.BUCKETS];
    int buckets = text.indexOf(BUCKETS);
    if (buckets < 0) {
      throw new IllegalArgumentException("no distribution: " + text);
    }
    Map<String, Long> numbers = new LinkedHashMap<>();
    for (String part : text.substring(0, buckets).split(",", -1)) {
      int equals = part.indexOf('=');
      numbers.put(part.substring(0, Math.max(0, equals)), number(part.substring(equals + 1)));
    }
    String rest = text.substring(buckets + BUCKETS.length());
    if (!rest.isEmpty()) {
      for (String part : rest.split(";", -1)) {
        int colon = part.indexOf(':');
        long bucket = number(part.substring(0, Math.max(0, colon)));
        if (bucket >= Distribution.BUCKETS) {
          throw new IllegalArgumentException("a newer server has more buckets: " + part);
        }
        counts[(int) bucket] = number(part.substring(colon + 1));
      }
    }
    return new Distribution(
        counts, numbers.getOrDefault("sum", 0L), numbers.getOrDefault("max", 0L));
  }

  private static long number(String text) {
    long value = Long.parseLong(text);
    if (value < 0) {
      throw new IllegalArgumentException("no count: " + text);
    }
    return value;
  }
}
