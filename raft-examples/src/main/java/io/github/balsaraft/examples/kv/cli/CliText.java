package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Replies for people, in the form that redis-cli has made usual. */
final class CliText {

  private CliText() {}

  /** A reply as lines. */
  static String of(Reply reply) {
    StringBuilder text = new StringBuilder();
    append(reply, "", text);
    return text.toString();
  }

  private static void append(Reply reply, String indent, StringBuilder text) {
    if (reply instanceof Reply.Status status) {
      text.append(status.text());
    } else if (reply instanceof Reply.Failure failure) {
      text.append("(error) ").append(failure.text());
    } else if (reply instanceof Reply.Int number) {
      text.append("(integer) ").append(number.value());
    } else if (reply instanceof Reply.Bulk bulk) {
      Bytes bytes = bulk.bytes();
      text.append(bytes == null ? "(nil)" : quoted(bytes));
    } else if (reply instanceof Reply.NoArray) {
      text.append("(nil)");
    } else if (reply instanceof Reply.Array array) {
      appendAll(array.replies(), indent, text);
    }
  }

  private static void appendAll(List<Reply> replies, String indent, StringBuilder text) {
    if (replies.isEmpty()) {
      text.append("(empty array)");
      return;
    }
    int width = String.valueOf(replies.size()).length();
    for (int i = 0; i < replies.size(); i++) {
      String number = String.format(Locale.ROOT, "%" + width + "d) ", i + 1);
      if (i > 0) {
        text.append('\n').append(indent);
      }
      text.append(number);
      append(replies.get(i), indent + " ".repeat(number.length()), text);
    }
  }

  /** What can be pasted into a command again. Text of several lines, such as that of INFO, is shown as it is. */
  private static String quoted(Bytes bytes) {
    if (isLines(bytes)) {
      return bytes.toString().stripTrailing();
    }
    StringBuilder text = new StringBuilder("\"");
    for (byte letter : bytes.array()) {
      switch (letter) {
        case '"', '\\' -> text.append('\\').append((char) letter);
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (letter >= ' ' && letter < 127) {
            text.append((char) letter);
          } else {
            text.append("\\x").append(HexFormat.of().toHexDigits(letter));
          }
        }
      }
    }
    return text.append('"').toString();
  }

  private static boolean isLines(Bytes bytes) {
    boolean ended = bytes.length() > 0 && bytes.array()[bytes.length() - 1] == '\n';
    for (byte letter : bytes.array()) {
      boolean plain = (letter >= ' ' && letter < 127) || letter == '\n' || letter == '\r';
      if (!plain) {
        return false;
      }
    }
    return ended;
  }
}
