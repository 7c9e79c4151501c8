package io.github.balsaraft.examples.kv.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/** Where something is shown that changes. */
interface Screen extends AutoCloseable {

  /** Shows this in place of what was shown before, or after it. */
  void show(List<String> lines);

  /** Lets time pass, until somebody has seen enough; answers whether to go on. */
  boolean pause(Duration interval);

  @Override
  void close();

  /** The terminal of this process if it has one, where the picture changes in place; else the console, with all one after the other. */
  static Screen of(Console console) {
    try {
      return new Picture(TerminalBuilder.builder()
          .system(true)
          .systemOutput(TerminalBuilder.SystemOutput.SysOut)
          .dumb(false)
          .build());
    } catch (IOException | IllegalStateException e) {
      // It can only print.
      return new Scroll(console);
    }
  }

  /** Lines one after the other, for scripts and files. */
  final class Scroll implements Screen {
    private final Console console;

    Scroll(Console console) {
      this.console = console;
    }

    @Override
    public void show(List<String> lines) {
      lines.forEach(console::say);
    }

    @Override
    public boolean pause(Duration interval) {
      try {
        // Who reads what is printed may be gone: "watch | head".
        if (console.out().checkError()) {
          return false;
        }
        // Only so that the next picture doesn't come at once: nothing else is waited for.
        Thread.sleep(interval.toMillis());
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    @Override
    public void close() {}
  }

  /** A picture that stays in its place, until q, Ctrl-C or Ctrl-D is typed. */
  final class Picture implements Screen {
    private static final int CTRL_C = 3;
    private static final int CTRL_D = 4;

    private final Terminal terminal;
    private final Attributes before;
    private volatile boolean interrupted;

    Picture(Terminal terminal) {
      this.terminal = terminal;
      this.before = terminal.enterRawMode();
      // Ctrl-C comes as a character, too, or a pause would go on after the signal.
      Attributes raw = terminal.getAttributes();
      raw.setLocalFlag(Attributes.LocalFlag.ISIG, false);
      terminal.setAttributes(raw);
      terminal.handle(Terminal.Signal.INT, signal -> interrupted = true);
      terminal.puts(Capability.clear_screen);
    }

    @Override
    public void show(List<String> lines) {
      PrintWriter out = terminal.writer();
      int width = terminal.getWidth() > 0 ? terminal.getWidth() : Integer.MAX_VALUE;
      terminal.puts(Capability.cursor_home);
      for (String line : fitting(lines, terminal.getHeight())) {
        out.print(line.substring(0, Math.min(line.length(), width)));
        terminal.puts(Capability.clr_eol);
        out.print("\r\n");
      }
      terminal.puts(Capability.clr_eos);
      terminal.flush();
    }

    /**
     * So many of the lines as the terminal has room for, with one below them for the cursor: more would scroll the first ones away.
     *
     * @param height 0 if it isn't known
     */
    private static List<String> fitting(List<String> lines, int height) {
      if (height <= 0) {
        return lines;
      }
      int room = Math.max(1, height - 1);
      int length = lines.size();
      while (length > room && lines.get(length - 1).isEmpty()) {
        length--;
      }
      if (length <= room) {
        return lines.subList(0, length);
      }
      List<String> shown = new ArrayList<>(lines.subList(0, room - 1));
      shown.add("... and " + (length - shown.size()) + " lines more than fit here");
      return shown;
    }

    @Override
    public boolean pause(Duration interval) {
      try {
        int typed = terminal.reader().read(interval.toMillis());
        boolean enough =
            typed == 'q' || typed == CTRL_C || typed == CTRL_D || typed == NonBlockingReader.EOF;
        return !enough && !interrupted;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      terminal.setAttributes(before);
      try {
        terminal.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
