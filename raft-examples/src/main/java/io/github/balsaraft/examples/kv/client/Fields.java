package io.github.balsaraft.examples.kv.client;

import io.github.balsaraft.examples.kv.resp.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the flat answers of RAFT. */
public final class Fields {

  /** Its value goes to the end of the line. */
  private static final String LAST = " detail=";

  private Fields() {}

  /** Names and values, one after the other. What occurs again is joined with a semicolon. */
  public static Map<String, String> of(Reply reply) {
    Map<String, String> fields = new LinkedHashMap<>();
    List<String> texts = texts(reply);
    for (int i = 0; i + 1 < texts.size(); i += 2) {
      fields.merge(texts.get(i), texts.get(i + 1), (one, other) -> one + "; " + other);
    }
    return fields;
  }

  /** Lines of {@code name=value}. */
  public static List<Map<String, String>> lines(Reply reply) {
    List<Map<String, String>> lines = new ArrayList<>();
    texts(reply).forEach(text -> lines.add(line(text)));
    return lines;
  }

  private static Map<String, String> line(String text) {
    Map<String, String> fields = new LinkedHashMap<>();
    int last = text.indexOf(LAST);
    String words = last < 0 ? text : text.substring(0, last);
    for (String word : words.split(" ", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        fields.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    if (last >= 0) {
      fields.put("detail", text.substring(last + LAST.length()));
    }
    return fields;
  }

  private static List<String> texts(Reply reply) {
    return reply instanceof Reply.Array array
        ? array.replies().stream().map(Fields::text).toList()
        : List.of();
  }

  /** A reply as a text. */
  public static String text(Reply reply) {
    if (reply instanceof Reply.Bulk bulk) {
      return bulk.bytes() == null ? "" : bulk.bytes().toString();
    } else if (reply instanceof Reply.Status status) {
      return status.text();
    } else if (reply instanceof Reply.Failure failure) {
      return failure.text();
    } else if (reply instanceof Reply.Int number) {
      return String.valueOf(number.value());
    }
    return String.join("; ", texts(reply));
  }
}
