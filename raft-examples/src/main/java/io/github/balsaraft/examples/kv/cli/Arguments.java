package io.github.balsaraft.examples.kv.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The arguments of a subcommand: {@code --name value}, {@code --name=value}, or a {@code --flag}. */
final class Arguments {

  private final String subcommand;
  private final Map<String, String> values = new LinkedHashMap<>();

  private Arguments(String subcommand) {
    this.subcommand = subcommand;
  }

  /**
   * Reads arguments.
   *
   * @param valued the options that take a value
   * @param flags the options that take none
   * @throws UsageException if something else is there
   */
  static Arguments parse(
      String subcommand, List<String> words, Set<String> valued, Set<String> flags) {
    Arguments arguments = new Arguments(subcommand);
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      int equals = word.indexOf('=');
      String name = word.startsWith("--") && equals > 0 ? word.substring(0, equals) : word;
      String value = "";
      if (flags.contains(name) && name.equals(word)) {
        value = "true";
      } else if (!valued.contains(name)) {
        throw arguments.wrong("unknown argument " + word);
      } else if (!name.equals(word)) {
        value = word.substring(equals + 1);
      } else if (i + 1 < words.size() && !words.get(i + 1).startsWith("--")) {
        value = words.get(++i);
      }
      if (value.isEmpty()) {
        throw arguments.wrong(name + " needs a value");
      }
      if (arguments.values.put(name, value) != null) {
        throw arguments.wrong(name + " is given twice");
      }
    }
    return arguments;
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name));
  }

  String required(String name, String example) {
    return text(name)
        .orElseThrow(() -> wrong(name + " is missing, for example " + name + " " + example));
  }

  boolean has(String flag) {
    return values.containsKey(flag);
  }

  int number(String name, int least, int most, int otherwise) {
    String text = values.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // The same complaint as for a number out of range.
    }
    throw wrong(name + " takes a number from " + least + " to " + most + ", not " + text);
  }

  /** A number of bytes, perhaps with {@code kb} or {@code mb} behind it, as in the settings of Redis. */
  int bytes(String name, int least, int most, int otherwise) {
    String text = values.get(name);
    if (text == null) {
      return otherwise;
    }
    String digits = text.replaceFirst("(?i)(kb|mb|b)$", "");
    String unit = text.substring(digits.length()).toLowerCase(Locale.ROOT);
    try {
      long number = Long.parseLong(digits);
      long factor = unit.equals("kb") ? 1024 : unit.equals("mb") ? 1024 * 1024 : 1;
      if (number >= 0 && number <= most && number * factor >= least && number * factor <= most) {
        return (int) (number * factor);
      }
    } catch (NumberFormatException e) {
      // The same complaint as for a number out of range.
    }
    throw wrong(name + " takes a number of bytes from " + least + " to " + most
        + ", such as 1mb, not " + text);
  }

  /** A complaint that ends with what to type instead. */
  UsageException wrong(String what) {
    return new UsageException(what + "; type: help " + subcommand);
  }
}
