package io.github.balsaraft;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Reads what {@link TraceWriter} wrote. To rebuild states from it give the events to a {@code TraceReplayer}. */
public final class TraceReader {

  private TraceReader() {}

  /**
   * Gives the events of a file to a consumer, in order.
   *
   * @throws IOException if the file can't be read
   * @throws CorruptDataException if a line is no event; the message says which
   * @throws UnknownFormatException if a newer version wrote the file; the message says at which line
   */
  public static void read(Path file, Consumer<TraceEvent> consumer) throws IOException {
    // Not Files.newBufferedReader, which refuses the half of a character that a killed process may
    // have left at the end.
    try (Reader in = new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8)) {
      read(in, consumer);
    }
  }

  /** As above, for what a reader holds; it is not closed. A last line without a line feed is not finished, and left out. */
  public static void read(Reader in, Consumer<TraceEvent> consumer) throws IOException {
    BufferedReader buffered = new BufferedReader(in);
    StringBuilder line = new StringBuilder();
    long number = 1;
    for (int c = buffered.read(); c >= 0; c = buffered.read()) {
      if (c != '\n') {
        line.append((char) c);
        continue;
      }
      consumer.accept(parse(number, line.toString()));
      line.setLength(0);
      number++;
    }
  }

  private static TraceEvent parse(long number, String line) {
    try {
      return TraceFormat.parse(line);
    } catch (CorruptDataException e) {
      throw new CorruptDataException("line " + number + ": " + e.getMessage());
    } catch (UnknownFormatException e) {
      throw new UnknownFormatException("line " + number + ": " + e.getMessage());
    }
  }
}
