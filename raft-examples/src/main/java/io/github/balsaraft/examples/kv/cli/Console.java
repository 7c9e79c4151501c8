package io.github.balsaraft.examples.kv.cli;

import java.io.PrintStream;

/**
 * Where subcommands print.
 *
 * @param out what was asked for
 * @param err what went wrong
 * @param program how the user starts this program, to be put before the commands that are suggested
 */
public record Console(PrintStream out, PrintStream err, String program) {

  /** Prints a line. */
  void say(String line) {
    out.println(line);
    out.flush();
  }

  /** Prints a line about something that went wrong. */
  void complain(String line) {
    err.println(line);
    err.flush();
  }
}
