package io.github.balsaraft.examples.kv.cli;

import io.github.balsaraft.examples.kv.state.Bytes;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lines that nobody types: without a prompt, and of any bytes. */
final class PipedLines implements CliCommand.Lines {

  private final BufferedInputStream in;

  PipedLines(InputStream in) {
    this.in = new BufferedInputStream(in);
  }

  @Override
  public @Nullable Bytes next(String prompt) throws IOException {
    int next = in.read();
    if (next < 0) {
      return null;
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (; next >= 0 && next != '\n'; next = in.read()) {
      line.write(next);
    }
    byte[] bytes = line.toByteArray();
    boolean withReturn = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
    return Bytes.wrap(withReturn ? Arrays.copyOf(bytes, bytes.length - 1) : bytes);
  }

  @Override
  public void close() {
    // Standard input is the process's.
  }
}
