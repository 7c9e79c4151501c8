package io.github.balsaraft.examples.json;

import java.util.Locale;

/** Texts as JSON has them. */
public final class JsonStrings {

  private JsonStrings() {}

  /** A text in quotation marks, with escapes for what may not stand between them. */
  public static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      if (letter == '"' || letter == '\\') {
        quoted.append('\\').append(letter);
      } else if (letter < ' ') {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) letter));
      } else {
        quoted.append(letter);
      }
    }
    return quoted.append('"').toString();
  }
}
