package io.github.balsaraft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Compares the report of mutation testing with the list of changes that no test notices, of which each has a reason. Run by the
 * profile {@code mutation} behind the mutation testing itself, and by nothing else: the name keeps it out of the usual tests.
 */
class UnnoticedChangesCheck {

  private static final Path REPORT = Path.of("target/pit-reports/mutations.csv");
  private static final Path LIST = Path.of("src/test/testdata/mutation/unnoticed.txt");
  private static final Set<String> UNNOTICED = Set.of("SURVIVED", "NO_COVERAGE");

  @Test
  void eachHasAReason() throws IOException {
    Map<String, Integer> listed = listed();
    Map<String, List<String>> found = new TreeMap<>();
    Set<String> classes = new TreeSet<>();
    int all = 0;
    Map<String, Integer> byEnd = new TreeMap<>();
    for (String line : Files.readAllLines(REPORT)) {
      String[] cells = line.split(",", 7);
      String simpleClass = cells[1].substring(cells[1].lastIndexOf('.') + 1);
      classes.add(simpleClass);
      all++;
      byEnd.merge(cells[5], 1, Integer::sum);
      if (UNNOTICED.contains(cells[5])) {
        String mutator = cells[2].substring(cells[2].lastIndexOf('.') + 1);
        found
            .computeIfAbsent(simpleClass + "." + cells[3], any -> new ArrayList<>())
            .add("line " + cells[4] + " " + mutator);
      }
    }
    List<String> withoutReason = new ArrayList<>();
    found.forEach((method, changes) -> {
      int reasons = listed.getOrDefault(method, 0);
      if (changes.size() > reasons) {
        withoutReason.add(method + ": " + reasons + " have a reason, of " + changes);
      }
    });
    listed.forEach((method, reasons) -> {
      int now = found.getOrDefault(method, List.of()).size();
      if (classes.contains(method.substring(0, method.lastIndexOf('.'))) && now < reasons) {
        System.out.println(
            "noticed by now, or too slow to tell: " + (reasons - now) + " of " + method);
      }
    });
    System.out.println("changes: " + all + ", " + byEnd);
    // PIT's own threshold takes what was too slow for noticed.
    assertThat(100 * byEnd.getOrDefault("KILLED", 0))
        .as("hundred times the changes that a test notices, of %s", all)
        .isGreaterThanOrEqualTo(Integer.getInteger("mutation.threshold") * all);
    assertThat(withoutReason)
        .as("changes that no test notices, without a reason in %s", LIST)
        .isEmpty();
  }

  /** How many changes of a method have a reason. */
  private static Map<String, Integer> listed() throws IOException {
    Map<String, Integer> listed = new TreeMap<>();
    for (String line : Files.readAllLines(LIST)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] cells = line.split("\\s+", 3);
        assertThat(cells).as("method, number, reason: %s", line).hasSize(3);
        listed.merge(cells[0], Integer.valueOf(cells[1]), Integer::sum);
      }
    }
    return listed;
  }
}
