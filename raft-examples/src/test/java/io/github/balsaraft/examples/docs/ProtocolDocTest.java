package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/protocol.md says of each rule and each choice where it comes from, and names classes and tests that exist. */
class ProtocolDocTest {

  private static final Pattern NAMED = Pattern.compile("`([^`]+)`");
  private static final Pattern SOURCE = Pattern.compile(
      "in neither|(paper|thesis) \\d+(\\.\\d+)*(, ((paper|thesis) )?\\d+(\\.\\d+)*)*");

  private static final Map<String, String> SOURCES = new TreeMap<>();
  private static final Map<String, String> TESTS = new TreeMap<>();
  private static Path testdata;
  private static String document;

  @BeforeAll
  static void read() throws IOException {
    testdata = Documents.root().resolve("raft-core/src/test/testdata");
    document = Files.readString(Documents.root().resolve("docs/protocol.md"));
    try (Stream<Path> files = Files.walk(Documents.root())) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        Map<String, String> kind = file.toString().contains("src/main/java")
            ? SOURCES
            : file.toString().contains("src/test/java") ? TESTS : new TreeMap<>();
        String name = file.getFileName().toString().replace(".java", "");
        kind.merge(name, Files.readString(file), String::concat);
      }
    }
  }

  @Test
  void everyChoiceEndsWithItsSectionItsClassesAndItsTests() {
    List<String> choices = choices();
    assertThat(choices).hasSizeGreaterThan(30);
    for (String choice : choices) {
      Matcher trail =
          Pattern.compile("\\(([^;()]+);([^;()]+);([^;()]+)\\)\\s*$").matcher(choice);
      assertThat(trail.find())
          .as("section, classes and tests at the end of: %s", choice)
          .isTrue();
      assertThat(trail.group(1)).matches(SOURCE);
      areClasses(trail.group(2));
      areTests(trail.group(3));
    }
  }

  @Test
  void everyRuleNamesItsSourceItsClassesAndItsTests() {
    List<String> rows =
        document.lines().filter(line -> line.startsWith("| ")).skip(2).toList();
    assertThat(rows).hasSizeGreaterThan(15);
    for (String row : rows) {
      String[] cells = row.split(" *\\| *", -1);
      assertThat(cells).as(row).hasSize(6);
      assertThat(cells[2]).matches("(paper|thesis) \\d.*");
      areClasses(cells[3]);
      areTests(cells[4]);
    }
  }

  /** What the paper doesn't claim is a choice, and those are in the document. */
  @Test
  void everyTestOfThePaperNamesItsSection() {
    List<String> without = new ArrayList<>();
    int count = 0;
    for (Map.Entry<String, String> test : TESTS.entrySet()) {
      if (!test.getKey().endsWith("PaperTest")) {
        continue;
      }
      Matcher name = Pattern.compile("@DisplayName\\(\\s*\"([^\"]*)").matcher(test.getValue());
      for (; name.find(); count++) {
        if (!name.group(1)
            .matches("(choice|((thesis )?\\d+(\\.\\d+)*|figure \\d)(, [^:]+)?): .*")) {
          without.add(test.getKey() + ": " + name.group(1));
        }
      }
    }
    assertThat(without).isEmpty();
    assertThat(count).isGreaterThan(80);
  }

  private static List<String> choices() {
    String part = document.split("(?m)^## ", -1)[1];
    assertThat(part).startsWith("Our choices");
    return Stream.of(part.split("(?m)^- ", -1)).skip(1).toList();
  }

  private static void areClasses(String names) {
    for (String name : named(names)) {
      assertThat(SOURCES).containsKey(name);
    }
  }

  private static void areTests(String names) {
    for (String name : named(names)) {
      if (name.startsWith("testdata/")) {
        assertThat(testdata.resolveSibling(name)).exists();
      } else if (name.matches("\\d\\d-.*")) {
        assertThat(testdata.resolve("scenarios/" + name + ".txt")).exists();
      } else if (name.contains("#")) {
        String[] classAndMethod = name.split("#", 2);
        assertThat(TESTS.getOrDefault(classAndMethod[0], ""))
            .as(name)
            .containsPattern("(void|Stream<DynamicTest>) " + classAndMethod[1] + "\\(");
      } else {
        assertThat(TESTS).containsKey(name);
      }
    }
  }

  private static List<String> named(String names) {
    List<String> found =
        NAMED.matcher(names).results().map(name -> name.group(1)).toList();
    assertThat(found).as("names in %s", names).isNotEmpty();
    return found;
  }
}
