package io.github.balsaraft.testing.simulation.diagram;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A page that shows a run as a space-time diagram: time runs to the right, each host has a lane, messages are arrows between
 * lanes. The page is one file that needs nothing else, no network and no server.
 */
public final class SpaceTimeDiagram {

  private static final List<String> SCRIPTS = List.of(
      "run.js",
      "search.js",
      "shapes.js",
      "draw.js",
      "lanes.js",
      "arrows.js",
      "elements.js",
      "legend.js",
      "details.js",
      "page.js");

  private SpaceTimeDiagram() {}

  /**
   * Writes the page; a file that is there is replaced.
   *
   * @throws IOException if it can't be written
   */
  public static void write(Path file, RunSummary summary, RecordedRun run) throws IOException {
    Files.writeString(file, html(summary, run), UTF_8);
  }

  /** The page as text. */
  public static String html(RunSummary summary, RecordedRun run) {
    String page = resource("page.html");
    page = page.replace("/*page.css*/", resource("page.css"));
    for (String script : SCRIPTS) {
      page = page.replace("/*" + script + "*/", resource(script));
    }
    // Last: what is in the run is not searched for places.
    return page.replace("/*run*/", DiagramData.of(summary, run));
  }

  private static String resource(String name) {
    try (InputStream in = SpaceTimeDiagram.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException(name + " should be next to " + SpaceTimeDiagram.class);
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("can't read a part of the page", e);
    }
  }
}
