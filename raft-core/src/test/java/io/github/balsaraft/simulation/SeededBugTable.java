package io.github.balsaraft.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The table of docs/testing.md that says how many seeds each seeded bug took. */
final class SeededBugTable {

  private static final Path DOCUMENT = Path.of("../docs/testing.md");
  private static final String HEAD = "| bug | what is wrong | breaks | shows as | seeds |";
  private static final String RULE = "| --- | --- | --- | --- | ---: |";

  private SeededBugTable() {}

  /** A row. */
  static String row(SeededBug bug, SeededBugHunt.Result result) {
    return "| `" + bug + "` | " + bug.what() + " | " + bug.breaks() + " | "
        + result.kind().toLowerCase(Locale.ROOT).replace('_', ' ') + " | "
        + (result.isFound() ? String.valueOf(result.seeds()) : "not found") + " |";
  }

  /** The rows that the document has now. */
  static List<String> documented() throws IOException {
    List<String> lines = Files.readAllLines(DOCUMENT);
    int first = lines.indexOf(HEAD) + 2;
    if (first < 2) {
      throw new AssertionError(DOCUMENT + " has no table of seeded bugs: " + HEAD);
    }
    int end = first;
    while (end < lines.size() && lines.get(end).startsWith("| ")) {
      end++;
    }
    return lines.subList(first, end);
  }

  /** Puts rows in the place of those of the same bugs. Bugs that are gone lose theirs. */
  static void rewrite(List<String> rows) throws IOException {
    Map<String, String> byBug = new HashMap<>();
    Stream.of(documented(), rows)
        .flatMap(List::stream)
        .forEach(row -> byBug.put(row.split("`", 3)[1], row));
    List<String> lines = new ArrayList<>(Files.readAllLines(DOCUMENT));
    int oldRows = documented().size();
    int first = lines.indexOf(HEAD) + 2;
    lines.subList(first, first + oldRows).clear();
    for (SeededBug bug : SeededBug.all()) {
      String row = byBug.get(bug.toString());
      if (row != null) {
        lines.add(first++, row);
      }
    }
    Files.write(DOCUMENT, lines);
  }

  /** The table with these rows, for people. */
  static String of(List<String> rows) {
    return HEAD + "\n" + RULE + "\n" + String.join("\n", rows);
  }
}
