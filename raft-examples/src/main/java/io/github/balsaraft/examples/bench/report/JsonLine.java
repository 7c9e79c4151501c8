package io.github.balsaraft.examples.bench.report;

import io.github.balsaraft.examples.json.JsonStrings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One object of JSON on one line: texts, numbers, truth values, lists and maps, in the order in which they were put. */
public final class JsonLine {

  private static final double FEW_DIGITS_FROM = 100;

  private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

  /** Adds a field, or replaces its value in its old place. */
  public JsonLine put(String name, @Nullable Object value) {
    fields.put(name, value);
    return this;
  }

  /** The line, without an end of line. */
  @Override
  public String toString() {
    return text(fields);
  }

  private static String text(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(field -> text(field.getKey()) + ":" + text(field.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    } else if (value instanceof List<?> list) {
      return list.stream().map(JsonLine::text).collect(Collectors.joining(",", "[", "]"));
    } else if (value instanceof Double number) {
      return number(number);
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      return String.valueOf(value);
    }
    return JsonStrings.quoted(value.toString());
  }

  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return "null";
    }
    String format = Math.abs(value) >= FEW_DIGITS_FROM ? "%.1f" : "%.4f";
    return String.format(Locale.ROOT, format, value);
  }
}
