package io.github.balsaraft.examples.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one line of JSON: an object becomes a map, a list a list, a number a {@code Double}. Only as much as results need;
 * what it can't read it refuses.
 */
public final class JsonReader {

  private final String text;
  private int at;

  private JsonReader(String text) {
    this.text = text;
  }

  /**
   * Reads an object.
   *
   * @throws IllegalArgumentException if the line holds something else; the message says where
   */
  public static Map<String, @Nullable Object> object(String line) {
    JsonReader reader = new JsonReader(line.trim());
    Map<String, @Nullable Object> object = reader.readObject();
    if (reader.at != reader.text.length()) {
      throw reader.wrong("the end of the line");
    }
    return object;
  }

  private @Nullable Object readValue() {
    skipSpaces();
    return switch (peek()) {
      case '{' -> readObject();
      case '[' -> readList();
      case '"' -> readText();
      default -> readPlain();
    };
  }

  private Map<String, @Nullable Object> readObject() {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    expect('{');
    for (boolean first = true; !endsAfter('}', first); first = false) {
      skipSpaces();
      String name = readText();
      skipSpaces();
      expect(':');
      object.put(name, readValue());
    }
    return object;
  }

  private List<@Nullable Object> readList() {
    List<@Nullable Object> list = new ArrayList<>();
    expect('[');
    for (boolean first = true; !endsAfter(']', first); first = false) {
      list.add(readValue());
    }
    return list;
  }

  /** Steps over the end of a list or an object, or over the comma in front of its next part. */
  private boolean endsAfter(char end, boolean first) {
    skipSpaces();
    if (peek() == end) {
      at++;
      return true;
    }
    if (!first) {
      expect(',');
    }
    return false;
  }

  private String readText() {
    expect('"');
    StringBuilder read = new StringBuilder();
    while (peek() != '"') {
      char letter = text.charAt(at++);
      read.append(letter == '\\' ? readEscaped() : letter);
    }
    at++;
    return read.toString();
  }

  private char readEscaped() {
    char letter = peek();
    at++;
    return switch (letter) {
      case '"', '\\', '/' -> letter;
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> readCode();
      default -> throw wrong("an escape");
    };
  }

  private char readCode() {
    if (at + 4 > text.length()) {
      throw wrong("four hexadecimal digits");
    }
    try {
      char code = (char) Integer.parseInt(text.substring(at, at + 4), 16);
      at += 4;
      return code;
    } catch (NumberFormatException e) {
      throw wrong("four hexadecimal digits");
    }
  }

  private @Nullable Object readPlain() {
    int start = at;
    while (at < text.length() && ",]} \t".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(start, at);
    return switch (word) {
      case "true" -> true;
      case "false" -> false;
      case "null" -> null;
      default -> number(word, start);
    };
  }

  private Double number(String word, int start) {
    try {
      return Double.valueOf(word);
    } catch (NumberFormatException e) {
      at = start;
      throw wrong("a value");
    }
  }

  private void skipSpaces() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private void expect(char letter) {
    if (peek() != letter) {
      throw wrong("'" + letter + "'");
    }
    at++;
  }

  private char peek() {
    if (at == text.length()) {
      throw wrong("more");
    }
    return text.charAt(at);
  }

  private IllegalArgumentException wrong(String expected) {
    return new IllegalArgumentException(
        "at column " + (at + 1) + " there should be " + expected + ": " + text);
  }
}
