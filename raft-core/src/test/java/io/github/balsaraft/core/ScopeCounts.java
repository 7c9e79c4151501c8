package io.github.balsaraft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How many states and steps each search took when somebody last looked: the rows of a file, of which docs/testing.md has a
 * copy. With {@code -Drewrite=true} the rows of the searches that are made are written anew.
 */
final class ScopeCounts {

  private static final Path FILE = Path.of("src", "test", "testdata", "small-scope", "counts.txt");

  private ScopeCounts() {}

  /** Compares a search that has come to its end with its row. */
  static void check(ScopeBounds bounds, String run, ScopeSearch search) throws IOException {
    String key = "| " + terms(bounds) + " | " + bounds.proposals() + " | " + bounds.restarts()
        + " | " + besides(bounds) + "| " + run + " | ";
    String row = key + String.format(Locale.ROOT, "%,d | %,d |", search.states(), search.steps());
    if (Boolean.getBoolean("rewrite")) {
      List<String> lines = new ArrayList<>(Files.readAllLines(FILE));
      int old = lines.indexOf(rowOf(key));
      if (old < 0) {
        lines.add(row);
      } else {
        lines.set(old, row);
      }
      Files.write(FILE, lines);
    }
    assertThat(row)
        .as("%s; if the change is meant, run the test with -Drewrite=true", FILE)
        .isEqualTo(rowOf(key));
  }

  /** All rows, in the order of the file. */
  static List<String> rows() throws IOException {
    return Files.readAllLines(FILE).stream()
        .filter(line -> line.startsWith("|"))
        .toList();
  }

  private static String rowOf(String key) throws IOException {
    return rows().stream().filter(row -> row.startsWith(key)).findFirst().orElse("none");
  }

  private static String terms(ScopeBounds bounds) {
    int first = bounds.startTerm() + 1;
    String range =
        first == bounds.maxTerm() ? String.valueOf(first) : first + " to " + bounds.maxTerm();
    return bounds.logs().equals(ScopeBounds.FIGURE_8.logs())
        ? range + ", above the logs of figure 8"
        : range;
  }

  private static String besides(ScopeBounds bounds) {
    List<String> freedoms = new ArrayList<>();
    if (bounds.heartbeats() > 0) {
      freedoms.add(bounds.heartbeats() == 1 ? "a heartbeat" : bounds.heartbeats() + " heartbeats");
    }
    if (bounds.preVotes()) {
      freedoms.add("pre-votes");
    }
    if (bounds.slowDisks()) {
      freedoms.add("slow disks");
    }
    return freedoms.isEmpty() ? "" : String.join(", ", freedoms) + " ";
  }
}
