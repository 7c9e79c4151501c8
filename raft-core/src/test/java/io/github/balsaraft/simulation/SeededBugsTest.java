package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The simulation finds mistakes: see "Seeded bugs" in docs/testing.md. */
class SeededBugsTest {

  private static final String ALL = "all";
  private static final int SEEDS_ENOUGH_FOR_ALL = 2000;

  /** Two that nearly every seed finds: what is checked in each build is that a bug in the copy is the one that runs. */
  private static final String QUICKLY_FOUND = "01,03";

  private static final int QUICK_SEEDS = 20;

  @Test
  void everyBugFitsTheSourcesAndCompiles() throws IOException {
    List<SeededBug> bugs = SeededBug.all();
    assertThat(bugs).hasSizeGreaterThanOrEqualTo(25);
    assertThat(bugs.stream().map(SeededBug::number)).doesNotHaveDuplicates();
    for (SeededBug bug : bugs) {
      new SeededBugHunt(bug).prepare();
    }
  }

  @Test
  void everyBugIsInTheTable() throws IOException {
    List<String> rows = SeededBugTable.documented();
    List<SeededBug> bugs = SeededBug.all();
    assertThat(rows).hasSameSizeAs(bugs);
    for (int i = 0; i < bugs.size(); i++) {
      SeededBug bug = bugs.get(i);
      assertThat(rows.get(i))
          .startsWith("| `" + bug + "` | " + bug.what() + " | " + bug.breaks() + " | ")
          .as("found within 2,000 seeds")
          .matches(".* \\| (\\d{1,3}|1\\d{3}|2000) \\|");
    }
  }

  @Test
  void someAreFoundAtOnce() throws Exception {
    assertThat(hunt(chosen(QUICKLY_FOUND), QUICK_SEEDS)).allMatch(SeededBugHunt.Result::isFound);
  }

  @Test
  @EnabledIfSystemProperty(
      named = "bugs",
      matches = ".+",
      disabledReason = "takes minutes for all: name those to look for, or all")
  void theNamedAreFound() throws Exception {
    List<SeededBug> bugs = chosen(System.getProperty("bugs"));
    List<SeededBugHunt.Result> results =
        hunt(bugs, Integer.getInteger("raft.seeds", SEEDS_ENOUGH_FOR_ALL));
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < bugs.size(); i++) {
      rows.add(SeededBugTable.row(bugs.get(i), results.get(i)));
    }
    System.out.println(SeededBugTable.of(rows));
    if (Boolean.getBoolean("rewrite")) {
      SeededBugTable.rewrite(rows);
    }
    assertThat(results).allMatch(SeededBugHunt.Result::isFound);
  }

  private static List<SeededBug> chosen(String numbers) throws IOException {
    List<String> wanted = Arrays.asList(numbers.split(","));
    return SeededBug.all().stream()
        .filter(bug -> wanted.contains(ALL) || wanted.contains(bug.number()))
        .toList();
  }

  private static List<SeededBugHunt.Result> hunt(List<SeededBug> bugs, int seeds)
      throws InterruptedException, ExecutionException {
    ExecutorService processors =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      List<Future<SeededBugHunt.Result>> running = new ArrayList<>();
      for (SeededBug bug : bugs) {
        running.add(processors.submit(() -> {
          SeededBugHunt hunt = new SeededBugHunt(bug);
          hunt.prepare();
          return hunt.run(seeds);
        }));
      }
      List<SeededBugHunt.Result> results = new ArrayList<>();
      for (Future<SeededBugHunt.Result> one : running) {
        results.add(one.get());
      }
      return results;
    } finally {
      processors.shutdownNow();
    }
  }
}
