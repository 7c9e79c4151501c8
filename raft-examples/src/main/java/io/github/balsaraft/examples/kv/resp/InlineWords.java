package io.github.balsaraft.examples.kv.resp;

import io.github.balsaraft.examples.kv.state.Bytes;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Splits the line of an inline command, as a person types it into telnet, into words. Same rules as Redis: blanks separate,
 * but vertical tabs and form feeds are blanks only between words, and parts of a word that has begun without quotes;
 * double quotes know {@code \n \r \t \b \a \xHH} and a backslash before any other byte; single quotes know {@code \'} only;
 * a closing quote must be followed by a blank or the end.
 */
public final class InlineWords {

  private static final byte VERTICAL_TAB = 0x0b;
  private static final byte FORM_FEED = 0x0c;

  private final byte[] line;
  private int at;

  private InlineWords(byte[] line) {
    this.line = line;
  }

  /** The words of a line; none of a blank one; empty if its quotes don't match. */
  public static Optional<List<Bytes>> split(byte[] line) {
    InlineWords words = new InlineWords(line);
    List<Bytes> found = new ArrayList<>();
    while (words.skipBlanks()) {
      ByteArrayOutputStream word = new ByteArrayOutputStream();
      if (!words.readWord(word)) {
        return Optional.empty();
      }
      found.add(Bytes.wrap(word.toByteArray()));
    }
    return Optional.of(found);
  }

  private boolean skipBlanks() {
    while (at < line.length && isBlank(line[at])) {
      at++;
    }
    return at < line.length;
  }

  /** Reads up to the end of a word; false if a quote isn't closed properly. */
  private boolean readWord(ByteArrayOutputStream word) {
    while (at < line.length && !endsUnquotedWord(line[at])) {
      byte next = line[at++];
      if (next == '"') {
        return readDoubleQuoted(word) && atEndOfWord();
      }
      if (next == '\'') {
        return readSingleQuoted(word) && atEndOfWord();
      }
      word.write(next);
    }
    return true;
  }

  private boolean readDoubleQuoted(ByteArrayOutputStream word) {
    while (at < line.length) {
      byte next = line[at++];
      if (next == '"') {
        return true;
      }
      if (next != '\\' || at == line.length) {
        word.write(next);
      } else if (line[at] == 'x'
          && at + 2 < line.length
          && isHex(line[at + 1])
          && isHex(line[at + 2])) {
        word.write(Character.digit(line[at + 1], 16) << 4 | Character.digit(line[at + 2], 16));
        at += 3;
      } else {
        word.write(unescape(line[at++]));
      }
    }
    return false;
  }

  private boolean readSingleQuoted(ByteArrayOutputStream word) {
    while (at < line.length) {
      byte next = line[at++];
      if (next == '\'') {
        return true;
      }
      if (next == '\\' && at < line.length && line[at] == '\'') {
        next = line[at++];
      }
      word.write(next);
    }
    return false;
  }

  private boolean atEndOfWord() {
    return at == line.length || isBlank(line[at]);
  }

  private static int unescape(byte letter) {
    return switch (letter) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'b' -> '\b';
      case 'a' -> 7;
      default -> letter;
    };
  }

  private static boolean isHex(byte letter) {
    return Character.digit(letter, 16) >= 0;
  }

  /** What C calls a space, and the zero byte, at which C believes that a string ends. */
  private static boolean isBlank(byte letter) {
    return letter == ' ' || (letter >= '\t' && letter <= '\r') || letter == 0;
  }

  private static boolean endsUnquotedWord(byte letter) {
    return isBlank(letter) && letter != VERTICAL_TAB && letter != FORM_FEED;
  }
}
