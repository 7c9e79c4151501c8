package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/traps.md names tests that exist, and leaves no trap out. */
class TrapsDocTest {

  private static final Map<String, String> MAIN_SOURCES = new TreeMap<>();
  private static final Map<String, String> TEST_SOURCES = new TreeMap<>();
  private static String traps;

  @BeforeAll
  static void read() throws IOException {
    traps = Files.readString(Documents.root().resolve("docs/traps.md"));
    readSources("src/main/java", MAIN_SOURCES);
    readSources("src/test/java", TEST_SOURCES);
  }

  private static void readSources(String folder, Map<String, String> into) throws IOException {
    try (Stream<Path> files = Files.walk(Documents.root())) {
      for (Path file : files.filter(each -> each.toString().contains(folder)).toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".java")) {
          into.merge(name.replace(".java", ""), Files.readString(file), String::concat);
        }
      }
    }
  }

  @Test
  void everyTestThatIsNamedExists() {
    Matcher named = Pattern.compile("`(\\w+)#(\\w+)`").matcher(traps);
    int count = 0;
    for (; named.find(); count++) {
      assertThat(TEST_SOURCES.getOrDefault(named.group(1), ""))
          .as(named.group())
          .containsPattern("(void|Stream<DynamicTest>) " + named.group(2) + "\\(");
    }
    assertThat(count).isGreaterThan(50);
  }

  /** As in {@code Restart.startFrom}; or a class alone, as in {@code GroupCommitWriter}. */
  @Test
  void everyMethodThatIsMutatedExists() {
    Matcher mutations = Pattern.compile("\\n- Mutation: (.*?)(?=\\n- |\\n\\n|\\z)", Pattern.DOTALL)
        .matcher(traps);
    Pattern name = Pattern.compile("`([A-Z]\\w+)(?:\\.(\\w+))?`");
    int methods = 0;
    while (mutations.find()) {
      Matcher named = name.matcher(mutations.group(1));
      while (named.find()) {
        String method = named.group(2);
        String source = method == null
            ? MAIN_SOURCES.getOrDefault(
                named.group(1), TEST_SOURCES.getOrDefault(named.group(1), ""))
            : MAIN_SOURCES.getOrDefault(named.group(1), "");
        assertThat(source).as("source of " + named.group()).isNotEmpty();
        if (method != null) {
          assertThat(source).as(named.group()).containsPattern("\\b" + method + "\\(");
          methods++;
        }
      }
    }
    assertThat(methods).isGreaterThan(60);
  }

  @Test
  void everyScenarioThatIsNamedExists() {
    Matcher named = Pattern.compile("`(\\d\\d-[a-z0-9-]+)`").matcher(traps);
    Path scenarios = Documents.root().resolve("raft-core/src/test/testdata/scenarios");
    while (named.find()) {
      assertThat(scenarios.resolve(named.group(1) + ".txt")).exists();
    }
  }

  @Test
  void fiftyTrapsInTheirOrderEachWithTestsOrWhatItWaitsFor() {
    List<String> parts = List.of(traps.split("(?m)^### ", -1));
    assertThat(parts).hasSize(51);
    for (int trap = 1; trap <= 50; trap++) {
      String part = parts.get(trap);
      assertThat(part).startsWith(trap + ". ");
      assertThat(part).containsAnyOf("\n- Tests: ", "\n- Waits: ");
      if (part.contains("\n- Tests: ")) {
        assertThat(part)
            .as("a test with the number of the trap in its name")
            .contains(String.format(Locale.ROOT, "#trap%02d_", trap));
      }
    }
  }

  @Test
  void eachTrapSaysWhomItHasCaught() {
    List<String> parts = List.of(traps.split("(?m)^### ", -1));
    for (int trap = 1; trap <= 50; trap++) {
      assertThat(parts.get(trap)).containsOnlyOnce("\n- Reported: ");
    }
  }

  @Test
  void everySeededBugThatIsNamedExists() throws IOException {
    List<String> bugs;
    try (Stream<Path> files =
        Files.list(Documents.root().resolve("raft-core/src/test/seeded-bugs"))) {
      bugs = files.map(file -> file.getFileName().toString().substring(0, 3)).toList();
    }
    Matcher named =
        Pattern.compile("seeded bugs?\\s([0-9,\\s]+(?:and\\s[0-9]+)?)").matcher(traps);
    int count = 0;
    while (named.find()) {
      for (String number : named.group(1).split("\\D+", -1)) {
        if (!number.isEmpty()) {
          assertThat(bugs).as(named.group()).contains(number + "-");
          count++;
        }
      }
    }
    assertThat(count).isGreaterThan(50);
  }

  /** A test of the core that carries the number of a trap is named under that number or with another. */
  @Test
  void everyTestOfTrapIsNamed() {
    List<String> missing = new ArrayList<>();
    TEST_SOURCES.forEach((name, source) -> {
      Matcher test = Pattern.compile("void (trap\\d\\d_\\w+)\\(").matcher(source);
      while (test.find()) {
        if (!traps.contains("`" + name + "#" + test.group(1) + "`")) {
          missing.add(name + "#" + test.group(1));
        }
      }
    });
    assertThat(missing).isEmpty();
  }
}
