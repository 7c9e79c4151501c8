package io.github.balsaraft.model.trace;

import io.github.balsaraft.model.CorruptDataException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * As much JSON as a trace needs (RFC 8259): objects, lists, texts, whole numbers, truth values and null, without line
 * breaks. The same value gives the same text; objects keep the order of their fields.
 */
final class Json {

  private static final int MOST_LEVELS = 20;

  private Json() {}

  // ------------------------------------------------------------------ writing

  static String write(Map<String, ? extends @Nullable Object> object) {
    StringBuilder out = new StringBuilder(320);
    write(object, out);
    return out.toString();
  }

  private static void write(@Nullable Object value, StringBuilder out) {
    if (value instanceof String text) {
      writeText(text, out);
    } else if (value == null || value instanceof Long || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof Map<?, ?> object) {
      char separator = '{';
      for (Map.Entry<?, ?> field : object.entrySet()) {
        out.append(separator);
        writeText((String) field.getKey(), out);
        out.append(':');
        write(field.getValue(), out);
        separator = ',';
      }
      out.append(separator == '{' ? "{}" : "}");
    } else if (value instanceof List<?> list) {
      char separator = '[';
      for (Object item : list) {
        out.append(separator);
        write(item, out);
        separator = ',';
      }
      out.append(separator == '[' ? "[]" : "]");
    } else {
      throw new IllegalArgumentException("no JSON for " + value.getClass());
    }
  }

  private static void writeText(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c == 0x7f || c == 0x2028 || c == 0x2029 || isLoneSurrogate(text, i)) {
        // Half a surrogate pair has no bytes in UTF-8; the others are line breaks to some reader.
        out.append("\\u").append(TraceValues.opaque(c), 12, 16);
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private static boolean isLoneSurrogate(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }

  // ------------------------------------------------------------------ reading

  /**
   * Reads one object.
   *
   * @throws CorruptDataException if the text isn't one
   */
  static Map<String, @Nullable Object> parse(String text) {
    Parser parser = new Parser(text);
    Map<String, @Nullable Object> object = parser.object(1);
    parser.skipBlanks();
    if (parser.position < text.length()) {
      throw parser.wrong("something follows the object");
    }
    return object;
  }

  private static final class Parser {
    private final String text;
    private int position;

    Parser(String text) {
      this.text = text;
    }

    CorruptDataException wrong(String what) {
      return new CorruptDataException("not JSON at character " + (position + 1) + ": " + what);
    }

    void skipBlanks() {
      while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
        position++;
      }
    }

    private char peek() {
      skipBlanks();
      if (position == text.length()) {
        throw wrong("it ends too early");
      }
      return text.charAt(position);
    }

    private boolean skip(char c) {
      if (peek() == c) {
        position++;
        return true;
      }
      return false;
    }

    private void expect(char c) {
      if (!skip(c)) {
        throw wrong("expected '" + c + "'");
      }
    }

    Map<String, @Nullable Object> object(int level) {
      if (level > MOST_LEVELS) {
        throw wrong("too many levels");
      }
      expect('{');
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      if (skip('}')) {
        return fields;
      }
      do {
        skipBlanks();
        String name = text();
        expect(':');
        if (fields.containsKey(name)) {
          throw wrong("\"" + name + "\" occurs twice");
        }
        fields.put(name, value(level));
      } while (skip(','));
      expect('}');
      return fields;
    }

    private List<@Nullable Object> list(int level) {
      if (level > MOST_LEVELS) {
        throw wrong("too many levels");
      }
      expect('[');
      List<@Nullable Object> items = new ArrayList<>();
      if (skip(']')) {
        return items;
      }
      do {
        items.add(value(level));
      } while (skip(','));
      expect(']');
      return items;
    }

    private @Nullable Object value(int level) {
      char c = peek();
      if (c == '{') {
        return object(level + 1);
      } else if (c == '[') {
        return list(level + 1);
      } else if (c == '"') {
        return text();
      } else if (c == '-' || (c >= '0' && c <= '9')) {
        return number();
      } else if (word("true")) {
        return true;
      } else if (word("false")) {
        return false;
      } else if (word("null")) {
        return null;
      }
      throw wrong("expected a value");
    }

    private boolean word(String word) {
      if (text.startsWith(word, position)) {
        position += word.length();
        return true;
      }
      return false;
    }

    private Long number() {
      int start = position++;
      while (position < text.length() && "0123456789.eE+-".indexOf(text.charAt(position)) >= 0) {
        position++;
      }
      String digits = text.substring(start, position);
      if (!digits.matches("-?(0|[1-9][0-9]*)")) {
        throw wrong("a number here is a whole one, not " + digits);
      }
      try {
        return Long.valueOf(digits);
      } catch (NumberFormatException e) {
        throw wrong(digits + " has more than 64 bits");
      }
    }

    private String text() {
      expect('"');
      StringBuilder read = new StringBuilder();
      while (true) {
        if (position == text.length()) {
          throw wrong("a text does not end");
        }
        char c = text.charAt(position++);
        if (c == '"') {
          return read.toString();
        } else if (c < ' ') {
          throw wrong("a control character in a text");
        }
        read.append(c == '\\' ? escaped() : c);
      }
    }

    private char escaped() {
      if (position == text.length()) {
        throw wrong("a text does not end");
      }
      char c = text.charAt(position++);
      int plain = "\"\\/bfnrt".indexOf(c);
      if (plain >= 0) {
        return "\"\\/\b\f\n\r\t".charAt(plain);
      }
      if (c != 'u'
          || position + 4 > text.length()
          || !text.substring(position, position + 4).matches("[0-9a-fA-F]{4}")) {
        throw wrong("no such escape");
      }
      position += 4;
      return (char) Integer.parseInt(text.substring(position - 4, position), 16);
    }
  }
}
