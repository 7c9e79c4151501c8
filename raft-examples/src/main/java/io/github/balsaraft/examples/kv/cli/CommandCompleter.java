package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.command.CommandTable;
import java.util.List;
import java.util.Locale;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Completes names of commands, and the words behind them that say what they do; in capitals if they were begun so. */
final class CommandCompleter implements Completer {

  private final CommandTable commands;

  CommandCompleter(CommandTable commands) {
    this.commands = commands;
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    if (line.wordIndex() == 0) {
      add(commands.names(), line.word(), candidates);
    } else if (line.wordIndex() == 1) {
      String command = line.words().get(0).toLowerCase(Locale.ROOT);
      List<String> words =
          command.equals("help") ? commands.names() : commands.secondWords(command);
      add(words, line.word(), candidates);
    }
  }

  private static void add(List<String> words, String begun, List<Candidate> candidates) {
    boolean capitals = !begun.isEmpty() && begun.equals(begun.toUpperCase(Locale.ROOT));
    for (String word : words) {
      if (word.startsWith(begun.toLowerCase(Locale.ROOT))) {
        candidates.add(new Candidate(capitals ? word.toUpperCase(Locale.ROOT) : word));
      }
    }
  }
}
