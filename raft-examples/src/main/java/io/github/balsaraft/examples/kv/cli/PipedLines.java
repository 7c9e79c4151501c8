package io.github.balsaraft.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import org.jspecify.annotations.Nullable;

/** Lines that nobody types: without a prompt. */
final class PipedLines implements CliCommand.Lines {

  private final BufferedReader in;

  PipedLines(InputStream in) {
    this.in = new BufferedReader(new InputStreamReader(in, UTF_8));
  }

  @Override
  public @Nullable String next(String prompt) throws IOException {
    return in.readLine();
  }

  @Override
  public void close() {
    // Standard input is the process's.
  }
}
