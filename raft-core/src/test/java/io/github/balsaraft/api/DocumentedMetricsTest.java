package io.github.balsaraft.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DocumentedMetricsTest {

  private static final Path DOCUMENT = Path.of("../docs/operations.md");
  private static final String HEAD = "| metric | kind | unit | what it is |";

  @Test
  @DisplayName(
      "docs/operations.md lists every metric with its kind and its unit, in the same order")
  void theDocumentHasTheSameMetrics() throws Exception {
    List<String> lines = Files.readAllLines(DOCUMENT);
    assertThat(lines).contains(HEAD);
    List<String[]> rows = lines.stream()
        .skip(lines.indexOf(HEAD) + 2)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> line.split("\\|"))
        .toList();
    assertThat(rows).allSatisfy(row -> assertThat(row[4].strip()).isNotEmpty());
    assertThat(rows.stream()
            .map(row -> row[1].strip() + " " + row[2].strip() + " " + row[3].strip())
            .toList())
        .isEqualTo(Arrays.stream(RaftMetric.values())
            .map(metric -> "`" + metric.label() + "` "
                + metric.kind().name().toLowerCase(Locale.ROOT) + " "
                + metric.unit().label())
            .toList());
  }

  @Test
  void namesOfSizesAndTimesEndWithTheirUnit() {
    for (RaftMetric metric : RaftMetric.values()) {
      boolean bytes = metric.unit() == RaftMetric.Unit.BYTES;
      boolean nanos = metric.unit() == RaftMetric.Unit.NANOSECONDS;
      assertThat(metric.label().endsWith("_bytes")).as(metric.label()).isEqualTo(bytes);
      assertThat(metric.label().endsWith("_nanos")).as(metric.label()).isEqualTo(nanos);
    }
  }
}
