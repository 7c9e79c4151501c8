package io.github.balsaraft.testing.simulation.diagram;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compact JSON that can stand within a script element of a page: nothing in a text can end the element, begin a comment or
 * break a line.
 */
final class JsonText {

  private final StringBuilder out = new StringBuilder(1 << 16);

  /** Adds text that is JSON, or a part of it, already. */
  JsonText raw(String json) {
    out.append(json);
    return this;
  }

  JsonText number(long number) {
    out.append(number);
    return this;
  }

  /** Adds numbers, truth values, texts, null, or lists and maps of these; anything else as what it says of itself. */
  JsonText value(@Nullable Object value) {
    if (value == null || value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof Map<?, ?> map) {
      String separator = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        raw(separator).text(String.valueOf(entry.getKey())).raw(":").value(entry.getValue());
        separator = ",";
      }
      raw(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof List<?> list) {
      String separator = "[";
      for (Object item : list) {
        raw(separator).value(item);
        separator = ",";
      }
      raw(list.isEmpty() ? "[]" : "]");
    } else {
      text(value.toString());
    }
    return this;
  }

  /** Adds a list of these. */
  JsonText list(Object... values) {
    return value(List.of(values));
  }

  JsonText text(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c >= ' ' && c < 0x7f && c != '<' && c != '>' && c != '&') {
        out.append(c);
      } else {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          out.append(Character.forDigit((c >> shift) & 0xf, 16));
        }
      }
    }
    out.append('"');
    return this;
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
