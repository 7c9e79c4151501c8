package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.cli.CliConnection.LostException;
import io.github.balsaraft.examples.kv.command.CommandTable;
import io.github.balsaraft.examples.kv.resp.InlineWords;
import io.github.balsaraft.examples.kv.resp.Reply;
import io.github.balsaraft.examples.kv.state.Bytes;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code kv cli}: sends what is typed, or piped in, to a server, and shows the replies. */
final class CliCommand {

  /** Where the lines come from. */
  interface Lines extends AutoCloseable {
    /** The next line, or null if there is none; without its end, and else as it was typed or piped in. */
    @Nullable
    Bytes next(String prompt) throws IOException;

    @Override
    void close() throws IOException;
  }

  /** Opens what the lines come from. */
  @FunctionalInterface
  interface LineSource {
    Lines open(CliOptions options, CommandTable commands) throws IOException;
  }

  /** For names and descriptions alone; the limit is of no meaning here. */
  private final CommandTable commands = new CommandTable(Integer.MAX_VALUE);

  private final Console console;
  private final LineSource source;

  CliCommand(Console console, LineSource source) {
    this.console = console;
    this.source = source;
  }

  int run(List<String> words) {
    CliOptions options = CliOptions.parse(words);
    try (CliConnection connection = new CliConnection(options.servers())) {
      if (!options.command().isEmpty()) {
        return once(options.command().stream().map(Bytes::of).toList(), connection);
      }
      try (Lines lines = source.open(options, commands)) {
        return readAll(lines, connection);
      }
    } catch (IOException e) {
      console.complain("kv: can't read commands any more: " + e);
      return CommandLine.FAILED;
    }
  }

  private int once(List<Bytes> words, CliConnection connection) {
    try {
      Reply reply = connection.call(words);
      console.say(CliText.of(reply));
      return reply instanceof Reply.Failure ? CommandLine.FAILED : CommandLine.OK;
    } catch (LostException e) {
      complain(e);
      return CommandLine.FAILED;
    }
  }

  private int readAll(Lines lines, CliConnection connection) throws IOException {
    int exit = CommandLine.OK;
    while (true) {
      String prompt = connection.server() + (connection.isInTransaction() ? "(TX)" : "") + "> ";
      Bytes line = lines.next(prompt);
      if (line == null) {
        return exit;
      }
      Optional<List<Bytes>> words = InlineWords.split(line.array());
      if (words.isEmpty()) {
        console.complain("kv: the quotes don't match");
        exit = CommandLine.FAILED;
      } else if (!words.get().isEmpty()) {
        String name = words.get().get(0).latin1().toLowerCase(Locale.ROOT);
        if (name.equals("quit") || name.equals("exit")) {
          return exit;
        }
        if (name.equals("help")) {
          help(words.get());
        } else {
          exit = Math.max(exit, answer(words.get(), connection));
        }
      }
    }
  }

  /** An error of the protocol is an answer too; without any, something that should work does not. */
  private int answer(List<Bytes> words, CliConnection connection) {
    try {
      console.say(CliText.of(connection.call(words)));
      return CommandLine.OK;
    } catch (LostException e) {
      complain(e);
      return CommandLine.FAILED;
    }
  }

  private void complain(LostException e) {
    console.complain("kv: " + e.getMessage());
  }

  private void help(List<Bytes> words) {
    List<String> wanted = words.size() > 1
        ? words.subList(1, words.size()).stream()
            .map(word -> word.latin1().toLowerCase(Locale.ROOT))
            .toList()
        : commands.names();
    for (String name : wanted) {
      console.say(String.format(
          Locale.ROOT, "%-12s %s", name, commands.summary(name).orElse("no such command")));
    }
    if (words.size() == 1) {
      console.say(String.format(Locale.ROOT, "%-12s %s", "quit", "Ends; so does exit."));
    }
  }
}
