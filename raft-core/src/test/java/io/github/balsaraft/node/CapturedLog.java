package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** What is logged until it is closed: the tests' logger writes to the standard error stream. */
final class CapturedLog implements AutoCloseable {

  private final PrintStream err = System.err;
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();

  CapturedLog() {
    System.setErr(new PrintStream(logged, true, UTF_8));
  }

  /** The lines that contain this. */
  List<String> lines(String part) {
    return logged.toString(UTF_8).lines().filter(line -> line.contains(part)).toList();
  }

  @Override
  public void close() {
    System.setErr(err);
  }
}
