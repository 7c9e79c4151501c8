package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.json.JsonStrings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Texts, numbers, lists and maps as one line of JSON. */
final class JsonText {

  /** Whole numbers are numbers, except in names, which may look like one. */
  private static final Set<String> NAMES =
      Set.of("id", "leader", "voters", "learners", "target_voters", "target_learners");

  private JsonText() {}

  static String of(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> JsonStrings.quoted(entry.getKey().toString()) + ":"
              + (NAMES.contains(entry.getKey().toString())
                  ? JsonStrings.quoted(entry.getValue().toString())
                  : of(entry.getValue())))
          .collect(Collectors.joining(",", "{", "}"));
    } else if (value instanceof List<?> list) {
      return list.stream().map(JsonText::of).collect(Collectors.joining(",", "[", "]"));
    } else if (value instanceof Boolean) {
      return value.toString();
    }
    String text = value.toString();
    return text.matches("-?(0|[1-9][0-9]{0,17})") ? text : JsonStrings.quoted(text);
  }
}
