package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.command.CommandTable;
import io.github.balsaraft.examples.kv.state.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** Lines that somebody types, with a history, and with completion where the terminal can do it. */
final class TypedLines implements CliCommand.Lines {

  /** Passwords are not for a file that lies about. */
  private static final String NOT_REMEMBERED =
      // A regular expression but for the star, which stands for any characters, and the colon.
      "(?i)[ \t\"']{0,}(auth|hello)[ \t\"']*";

  private final Terminal terminal;
  private final LineReader reader;

  TypedLines(Terminal terminal, Path history, CommandTable commands) {
    this.terminal = terminal;
    // Quotes and backslashes are the protocol's; the line reader must leave them as they are.
    DefaultParser parser = new DefaultParser().escapeChars(null).quoteChars(new char[0]);
    this.reader = LineReaderBuilder.builder()
        .terminal(terminal)
        .parser(parser)
        .completer(new CommandCompleter(commands))
        .variable(LineReader.HISTORY_FILE, history)
        .variable(LineReader.HISTORY_IGNORE, NOT_REMEMBERED)
        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
        .build();
  }

  /** From the terminal of this process if it has one, else from standard input. */
  static CliCommand.Lines ofProcess(CliOptions options, CommandTable commands, InputStream in) {
    try {
      Terminal terminal = TerminalBuilder.builder().system(true).dumb(false).build();
      return new TypedLines(terminal, options.history(), commands);
    } catch (IOException | IllegalStateException e) {
      // There is none: something is piped in.
      return new PipedLines(in);
    }
  }

  @Override
  public @Nullable Bytes next(String prompt) {
    while (true) {
      try {
        return Bytes.of(reader.readLine(prompt));
      } catch (UserInterruptException e) {
        // Ctrl-C gives up the line; on an empty one it ends, as Ctrl-D does.
        if (e.getPartialLine().isEmpty()) {
          return null;
        }
      } catch (EndOfFileException e) {
        return null;
      }
    }
  }

  @Override
  public void close() throws IOException {
    reader.getHistory().save();
    terminal.close();
  }
}
