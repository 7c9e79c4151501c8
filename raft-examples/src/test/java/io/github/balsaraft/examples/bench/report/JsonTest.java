package io.github.balsaraft.examples.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @Test
  void aLineKeepsTheOrderOfItsFields() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("log", "RocksDB");
    settings.put("sync", true);
    JsonLine line = new JsonLine()
        .put("system", "balsa")
        .put("ops", 123L)
        .put("small", 0.123456)
        .put("large", 12345.678)
        .put("none", Double.NaN)
        .put("nothing", null)
        .put("settings", settings)
        .put("list", List.of(1, 2));
    assertThat(line)
        .hasToString("{\"system\":\"balsa\",\"ops\":123,\"small\":0.1235,\"large\":12345.7,"
            + "\"none\":null,\"nothing\":null,\"settings\":{\"log\":\"RocksDB\",\"sync\":true},"
            + "\"list\":[1,2]}");
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    String odd = "a \"quoted\" \\ text\nwith\ttabs, é and \u0001";
    Map<String, Object> read = JsonReader.object(new JsonLine()
        .put("text", odd)
        .put("number", -1.5)
        .put("truth", true)
        .put("nothing", null)
        .put("map", Map.of("list", List.of("x", 1)))
        .put("empty", List.of())
        .toString());
    assertThat(read)
        .containsEntry("text", odd)
        .containsEntry("number", -1.5)
        .containsEntry("truth", true)
        .containsEntry("nothing", null)
        .containsEntry("map", Map.of("list", List.of("x", 1.0)))
        .containsEntry("empty", List.of());
  }

  @Test
  void spacesAndEscapesOfOthersAreUnderstood() {
    assertThat(JsonReader.object(" { \"a\" : [ 1 , 2e3 ] , \"b\\u0041\\/\\n\" : { } } "))
        .isEqualTo(Map.of("a", List.of(1.0, 2000.0), "bA/\n", Map.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":maybe}",
        "{\"a\":\"open}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u00\"}",
        "{\"a\":\"\\u00zz\"}",
        "{\"a\":[1,]}",
        "{} {}",
        "[1]",
        "1 s: 20 op/s"
      })
  void anythingElseIsRefused(String line) {
    assertThatThrownBy(() -> JsonReader.object(line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at column");
  }
}
