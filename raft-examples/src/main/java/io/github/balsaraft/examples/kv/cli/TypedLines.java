package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.command.CommandTable;
import io.github.balsaraft.examples.kv.state.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.history.DefaultHistory;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** Lines that somebody types, with a history, and with completion where the terminal can do it. */
final class TypedLines implements CliCommand.Lines {

  /** Passwords are not for a file that lies about: neither those lines, nor what was pasted together with one. */
  private static final String NOT_REMEMBERED =
      // A regular expression but for the star, which stands for any characters, and the colon.
      "(?is)(*[\r\n]){0,1}[ \t\r\n\f\013\"']{0,}(auth|hello)[ \t\r\n\"']*";

  private final Terminal terminal;
  private final LineReader reader;

  /** What is pasted comes as one line with line breaks in it, of which each ends a command: those that are still to be given. */
  private final Deque<String> pasted = new ArrayDeque<>();

  /** Where JLine would print a stack trace for each line, says once that lines can't be remembered. */
  private static final class KeptHistory extends DefaultHistory {

    private final Path file;
    private final Console console;
    private boolean complained;

    KeptHistory(Path file, Console console) {
      this.file = file;
      this.console = console;
    }

    @Override
    public void load() {
      try {
        super.load();
      } catch (IOException | RuntimeException e) {
        complain("read the lines in ", e);
      }
    }

    @Override
    public void save() {
      try {
        super.save();
      } catch (IOException | RuntimeException e) {
        complain("remember lines in ", e);
      }
    }

    private void complain(String what, Exception e) {
      if (!complained) {
        complained = true;
        console.complain("kv: can't " + what + file + ": " + e);
      }
    }
  }

  TypedLines(Terminal terminal, Path history, CommandTable commands, Console console) {
    this.terminal = terminal;
    // Quotes and backslashes are the protocol's; the line reader must leave them as they are.
    DefaultParser parser = new DefaultParser().escapeChars(null).quoteChars(new char[0]);
    this.reader = LineReaderBuilder.builder()
        .terminal(terminal)
        .parser(parser)
        .completer(new CommandCompleter(commands))
        .history(new KeptHistory(history, console))
        .variable(LineReader.HISTORY_FILE, history)
        .variable(LineReader.HISTORY_IGNORE, NOT_REMEMBERED)
        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
        .build();
  }

  /** From the terminal of this process if it has one, else from standard input. */
  static CliCommand.Lines ofProcess(
      CliOptions options, CommandTable commands, InputStream in, Console console) {
    try {
      Terminal terminal = TerminalBuilder.builder().system(true).dumb(false).build();
      return new TypedLines(terminal, options.history(), commands, console);
    } catch (IOException | IllegalStateException e) {
      // There is none: something is piped in.
      return new PipedLines(in);
    }
  }

  @Override
  public @Nullable Bytes next(String prompt) {
    while (pasted.isEmpty()) {
      try {
        pasted.addAll(List.of(reader.readLine(prompt).split("[\r\n]+", -1)));
      } catch (UserInterruptException e) {
        // Ctrl-C gives up the line; on an empty one it ends, as Ctrl-D does.
        if (e.getPartialLine().isEmpty()) {
          return null;
        }
      } catch (EndOfFileException e) {
        return null;
      }
    }
    return Bytes.of(pasted.removeFirst());
  }

  @Override
  public void close() throws IOException {
    try {
      reader.getHistory().save();
    } finally {
      terminal.close();
    }
  }
}
