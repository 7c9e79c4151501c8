package io.github.balsaraft.examples.kv.command;

import static io.github.balsaraft.examples.kv.command.CommandSpec.keyless;

import java.util.List;

/** The commands around a transaction; what is between MULTI and EXEC are any others. */
final class TransactionCommands {

  /** Of EXEC. */
  static final CommandSpec.Planner EXEC = words -> new Planned.Exec();

  private TransactionCommands() {}

  static List<CommandSpec> all() {
    return List.of(
        keyless(
            "multi",
            1,
            "noscript loading stale fast allow_busy",
            "Begins a transaction.",
            words -> new Planned.Multi()),
        keyless(
            "exec",
            1,
            "noscript loading stale skip_slowlog",
            "Executes a transaction, as one entry of the log.",
            EXEC),
        keyless(
            "discard",
            1,
            "noscript loading stale fast allow_busy",
            "Gives a transaction up.",
            words -> new Planned.Discard()),
        CommandSpec.onKeys(
            "watch",
            -2,
            "noscript loading stale fast allow_busy",
            -1,
            1,
            "Lets the next transaction take place only if these keys haven't changed by then.",
            words -> new Planned.Watch(words.subList(1, words.size()))),
        keyless(
            "unwatch",
            1,
            "noscript loading stale fast allow_busy",
            "Forgets the watched keys.",
            words -> new Planned.Unwatch()));
  }
}
