package io.github.balsaraft.examples.kv.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.Distribution;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.RaftMetrics;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MetricLinesTest {

  @Test
  void whatIsWrittenIsReadAgain() {
    SplittableRandom random = new SplittableRandom(5);
    Map<RaftMetric, Long> values = new EnumMap<>(RaftMetric.class);
    Map<RaftMetric, Distribution> distributions = new EnumMap<>(RaftMetric.class);
    for (RaftMetric metric : RaftMetric.values()) {
      if (metric.kind() == RaftMetric.Kind.DISTRIBUTION) {
        distributions.put(metric, distribution(random));
      } else {
        values.put(metric, random.nextLong(1_000_000));
      }
    }
    String text =
        MetricLines.of(new RaftMetrics(42, values, distributions), true).entrySet().stream()
            .map(line -> line.getKey() + ":" + line.getValue())
            .collect(Collectors.joining("\r\n", "# Metrics\r\n", "\r\n"));
    Map<String, String> read = MetricLines.read(text);

    assertThat(read).hasSize(RaftMetric.values().length + 1);
    assertThat(read).containsEntry("metrics_at_nanos", "42");
    values.forEach(
        (metric, value) -> assertThat(read).containsEntry(metric.label(), String.valueOf(value)));
    distributions.forEach((metric, distribution) -> {
      Distribution again = MetricLines.distribution(read.get(metric.label()));
      assertThat(again.toString()).isEqualTo(distribution.toString());
      assertThat(again.sum()).isEqualTo(distribution.sum());
      for (int bucket = 0; bucket < Distribution.BUCKETS; bucket++) {
        assertThat(again.countOf(bucket)).isEqualTo(distribution.countOf(bucket));
      }
    });
  }

  private static Distribution distribution(SplittableRandom random) {
    long[] counts = new long[Distribution.BUCKETS];
    long max = 0;
    for (int i = random.nextInt(20); i > 0; i--) {
      int bucket = random.nextInt(Distribution.BUCKETS - 1);
      counts[bucket] += 1 + random.nextInt(9);
      max = Math.max(max, Distribution.largestOf(bucket));
    }
    return new Distribution(counts, random.nextLong(1 << 30), max);
  }

  @Test
  void whatIsNoDistributionIsRefused() {
    for (String text : new String[] {
      "",
      "17",
      "count=1,sum=2,max=3,buckets=x:1",
      "sum=x,buckets=",
      "sum=1,buckets=9999:1",
      "sum=1,buckets=1:-1"
    }) {
      assertThatThrownBy(() -> MetricLines.distribution(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
