package io.github.balsaraft.examples.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Arguments: {@code --name value}, {@code --name=value}, a bare {@code --flag}, and words that belong to no option. */
final class Words {

  private final Map<String, String> values = new LinkedHashMap<>();
  private final List<String> plain = new ArrayList<>();

  private Words() {}

  /**
   * Reads arguments.
   *
   * @param known all options, without their dashes
   * @param flags those of them that may stand alone and then mean {@code true}
   * @throws UsageException if another option is there, or one without a value
   */
  static Words parse(List<String> arguments, Set<String> known, Set<String> flags) {
    Words words = new Words();
    for (int i = 0; i < arguments.size(); i++) {
      String word = arguments.get(i);
      if (!word.startsWith("--")) {
        words.plain.add(word);
        continue;
      }
      int equals = word.indexOf('=');
      String name = word.substring(2, equals < 0 ? word.length() : equals);
      if (!known.contains(name)) {
        throw new UsageException("unknown option --" + name);
      }
      boolean valueFollows = i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("--");
      String value = "";
      if (equals >= 0) {
        value = word.substring(equals + 1);
      } else if (valueFollows && (!flags.contains(name) || isTruthValue(arguments.get(i + 1)))) {
        value = arguments.get(++i);
      } else if (flags.contains(name)) {
        value = "true";
      }
      if (value.isEmpty()) {
        throw new UsageException("--" + name + " needs a value");
      }
      words.values.put(name, value);
    }
    return words;
  }

  private static boolean isTruthValue(String word) {
    return word.equals("true") || word.equals("false");
  }

  /** The words that belong to no option. */
  List<String> plain() {
    return plain;
  }

  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  int number(String name, int least, int otherwise) {
    String text = values.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // The same complaint as for a number that is too small.
    }
    throw new UsageException(
        "--" + name + " takes a number of at least " + least + ", not " + text);
  }

  boolean truth(String name, boolean otherwise) {
    String text = values.get(name);
    if (text != null && !isTruthValue(text)) {
      throw new UsageException("--" + name + " takes true or false, not " + text);
    }
    return text == null ? otherwise : text.equals("true");
  }

  /** One of some words. */
  String choice(String name, List<String> allowed) {
    String text = text(name, allowed.get(0));
    if (!allowed.contains(text)) {
      throw new UsageException(
          "--" + name + " is one of " + String.join(", ", allowed) + ", not " + text);
    }
    return text;
  }
}
