package io.github.balsaraft.examples.kv.command;

import io.github.balsaraft.examples.kv.state.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Commands behind a command, such as CLIENT SETNAME, with their own numbers of words. */
final class Subcommands {

  private record Sub(int arity, CommandSpec.Planner planner) {}

  private final String command;
  private final Map<String, Sub> subs = new LinkedHashMap<>();

  Subcommands(String command) {
    this.command = command;
  }

  /**
   * Adds one.
   *
   * @param arity the number of words, both names included; negative if that is the least
   */
  Subcommands add(String name, int arity, CommandSpec.Planner planner) {
    subs.put(name, new Sub(arity, planner));
    return this;
  }

  Set<String> names() {
    return subs.keySet();
  }

  Planned plan(List<Bytes> words) {
    String name = CommandSpec.lowerCase(words.get(1));
    Sub sub = subs.get(name);
    if (sub == null) {
      return new Planned.Rejected(
          Errors.unknownSubcommand(command.toUpperCase(Locale.ROOT), words.get(1)));
    }
    boolean accepted = sub.arity >= 0 ? words.size() == sub.arity : words.size() >= -sub.arity;
    if (!accepted) {
      return new Planned.Rejected(Errors.wrongNumberOfArguments(command + "|" + name));
    }
    return sub.planner.plan(words);
  }
}
