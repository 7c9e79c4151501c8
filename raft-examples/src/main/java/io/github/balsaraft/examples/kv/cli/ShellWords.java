package io.github.balsaraft.examples.kv.cli;

import java.util.regex.Pattern;

/** Words as a shell understands them when they are pasted. */
final class ShellWords {

  private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9_./:=,@%+-]+");

  private ShellWords() {}

  static String quote(String word) {
    return HARMLESS.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
