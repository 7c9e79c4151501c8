package io.github.balsaraft.examples.bench.report;

import java.util.List;
import java.util.Locale;

/**
 * A number that results are compared by.
 *
 * @param field its name in the line
 * @param name for people, with the unit
 * @param moreIsBetter whether a larger value is the better one
 */
record Metric(String field, String name, boolean moreIsBetter) {

  private static final double WHOLE_FROM = 100;

  private static final String P99 = "p99_us";

  /** Those that are drawn: the first, and the tail of the latency if the mode has one. */
  static List<Metric> drawn(String mode) {
    List<Metric> all = of(mode);
    return all.stream()
        .filter(metric -> metric.equals(all.get(0)) || metric.field().equals(P99))
        .toList();
  }

  /** What matters in a mode, the most important first. */
  static List<Metric> of(String mode) {
    Metric cpu = new Metric("cpu_s_per_million_ops", "CPU, us per operation", false);
    Metric allocation = new Metric("alloc_bytes_per_op", "allocated bytes per operation", false);
    Metric p99 = new Metric(P99, "99th percentile, us", false);
    Metric operations = new Metric("ops_per_s", "operations per second", true);
    return switch (mode) {
      case "write" ->
        List.of(
            operations, new Metric("p50_us", "median latency, us", false), p99, cpu, allocation);
      case "read" -> List.of(new Metric("reads_per_s", "reads per second", true), p99, cpu);
      case "failover" ->
        List.of(
            new Metric("median_ms", "median of the rounds, ms", false),
            new Metric("max_ms", "worst of the rounds, ms", false));
      case "restart" ->
        List.of(
            new Metric("all_applied_s", "until all have applied all, s", false),
            new Metric("first_ack_s", "until a write is acknowledged, s", false));
      case "catchup" ->
        List.of(
            new Metric("entries_per_s", "entries per second", true),
            new Metric("leader_drop_share", "share of throughput lost meanwhile", false),
            cpu);
      case "groups" ->
        List.of(
            operations,
            new Metric("heap_bytes_per_group", "heap bytes per group", false),
            new Metric("threads", "threads", false),
            new Metric("idle_cores", "processors used without load", false));
      default -> List.of();
    };
  }

  static String format(double value) {
    boolean whole = Math.abs(value) >= WHOLE_FROM || value == Math.rint(value);
    return String.format(Locale.ROOT, whole ? "%,.0f" : "%,.2f", value);
  }
}
