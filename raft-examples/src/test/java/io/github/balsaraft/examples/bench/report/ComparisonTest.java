package io.github.balsaraft.examples.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/**
 * Invented results of two harnesses, and what is made of them. With {@code -Drewrite=true} the expected files are written
 * anew, and the difference is what a reviewer looks at.
 */
class ComparisonTest {

  private static final Path FOLDER = Path.of("src/test/testdata/bench");

  private static Comparison comparison() throws IOException {
    return new Comparison(Files.readAllLines(FOLDER.resolve("results.jsonl")).stream()
        .map(Result::parse)
        .toList());
  }

  private static void assertMatches(String file, String actual) throws IOException {
    Path expected = FOLDER.resolve(file);
    if (Boolean.getBoolean("rewrite")) {
      Files.writeString(expected, actual);
    }
    assertThat(actual)
        .as("%s; if the change is meant, run the test with -Drewrite=true", file)
        .isEqualTo(Files.readString(expected));
  }

  @Test
  void tablesHoldMediansRangesAndRatios() throws IOException {
    assertMatches("tables.md", ComparisonTable.of(comparison()));
  }

  @Test
  void thePictureIsDrawnAsExpected() throws IOException {
    assertMatches("plot.svg", ComparisonPlot.of(comparison()));
  }

  @Test
  void thePictureIsWellFormedAndNeedsNothingElse() throws Exception {
    String picture = ComparisonPlot.of(comparison());
    Document document = DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(picture)));
    assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
    assertThat(picture.replace("http://www.w3.org/2000/svg", ""))
        .doesNotContain("http", "href", "url(");
  }

  @Test
  void ratiosAreThoseOfTheMedians() throws IOException {
    Comparison comparison = comparison();
    Metric operations = Metric.of("write").get(0);
    Cell cell = new Cell("write", "256 B x 1024");
    assertThat(comparison.spreads(cell, operations).get("balsa"))
        .isEqualTo(new Spread(3, 100_000, 120_000, 150_000));
    assertThat(comparison.ratioToBestPeer(cell, operations)).hasValue(120_000 / 80_000.0);
    assertThat(comparison.ratioToLimit(cell, operations, "limit replicate"))
        .hasValue(120_000 / 400_000.0);
    assertThat(comparison.ratioToLimit(cell, operations, "limit file")).isEmpty();
  }

  @Test
  void ofLatenciesTheLowestIsTheBest() throws IOException {
    Metric p99 = Metric.of("write").get(2);
    assertThat(comparison().ratioToBestPeer(new Cell("write", "256 B x 1024"), p99))
        .hasValue(9_000 / 18_000.0);
  }

  @Test
  void whatIsNotSyncedIsNoPeerOfWhatIs() {
    Result synced = Result.parse(
        "{\"system\":\"balsa\",\"mode\":\"write\",\"payload\":256,\"outstanding\":1,\"fsync\":true,\"ops_per_s\":10}");
    Result fast = Result.parse(
        "{\"system\":\"jraft\",\"mode\":\"write\",\"payload\":256,\"outstanding\":1,\"fsync\":false,\"ops_per_s\":99}");
    Comparison comparison = new Comparison(List.of(synced, fast));
    Metric operations = Metric.of("write").get(0);
    assertThat(comparison.cells("write", operations)).hasSize(2);
    assertThat(comparison.ratioToBestPeer(Cell.of(synced), operations)).isEmpty();
  }

  @Test
  void aMedianOfTwoLiesBetweenThem() {
    assertThat(Spread.of(List.of(4.0, 2.0))).isEqualTo(new Spread(2, 2, 3, 4));
  }

  @Test
  void aLineThatIsNoResultIsRefused() {
    assertThatThrownBy(() -> Result.parse("{\"mode\":\"write\"}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"system\"");
  }
}
