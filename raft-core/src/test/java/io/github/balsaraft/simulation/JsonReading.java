package io.github.balsaraft.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads JSON as strictly as a browser does: into maps, lists and texts; a number, truth value or null stays the text it is. */
final class JsonReading {

  private static final Pattern PLAIN =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?|true|false|null");

  private final String json;
  private int position;

  private JsonReading(String json) {
    this.json = json;
  }

  static Object of(String json) {
    JsonReading reading = new JsonReading(json);
    Object value = reading.value();
    reading.blanks();
    if (reading.position != json.length()) {
      throw reading.wrong("something follows");
    }
    return value;
  }

  private AssertionError wrong(String what) {
    int from = Math.max(0, position - 40);
    return new AssertionError(
        what + " after " + json.substring(from, Math.min(json.length(), position)));
  }

  private void blanks() {
    while (position < json.length() && " \n\t\r".indexOf(json.charAt(position)) >= 0) {
      position++;
    }
  }

  private boolean skip(char c) {
    blanks();
    if (position < json.length() && json.charAt(position) == c) {
      position++;
      return true;
    }
    return false;
  }

  private void expect(char c) {
    if (!skip(c)) {
      throw wrong("expected " + c);
    }
  }

  private Object value() {
    if (skip('[')) {
      List<Object> items = new ArrayList<>();
      if (!skip(']')) {
        do {
          items.add(value());
        } while (skip(','));
        expect(']');
      }
      return items;
    }
    if (skip('{')) {
      return object();
    }
    blanks();
    if (position < json.length() && json.charAt(position) == '"') {
      return text();
    }
    Matcher plain = PLAIN.matcher(json).region(position, json.length());
    if (!plain.lookingAt()) {
      throw wrong("expected a value");
    }
    position = plain.end();
    return plain.group();
  }

  private Map<String, Object> object() {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (!skip('}')) {
      do {
        String name = text();
        expect(':');
        fields.put(name, value());
      } while (skip(','));
      expect('}');
    }
    return fields;
  }

  private String text() {
    expect('"');
    StringBuilder text = new StringBuilder();
    while (json.charAt(position) != '"') {
      char c = json.charAt(position++);
      if (c < ' ') {
        throw wrong("a control character in a text");
      }
      text.append(c == '\\' ? escaped() : c);
    }
    position++;
    return text.toString();
  }

  private char escaped() {
    char c = json.charAt(position++);
    if (c == 'u') {
      position += 4;
      return (char) Integer.parseInt(json.substring(position - 4, position), 16);
    }
    if ("\"\\/".indexOf(c) < 0) {
      throw wrong("no such escape");
    }
    return c;
  }
}
