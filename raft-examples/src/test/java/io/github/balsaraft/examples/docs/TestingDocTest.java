package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/testing.md leaves none of the larger tests out, and names none that isn't there. */
class TestingDocTest {

  /** Tests that somebody looks for by what they answer; those of a single class are found beside it. */
  private static final Pattern LARGER =
      Pattern.compile("\\w+(PaperTest|SimulationTest|Contract|FuzzTest|TwinTest|IT)");

  private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|IT|Contract))`");

  private static String document;
  private static TreeSet<String> tests;

  @BeforeAll
  static void read() throws IOException {
    document = Files.readString(Documents.root().resolve("docs/testing.md"));
    try (Stream<Path> files = Files.walk(Documents.root())) {
      tests = files
          .map(Path::toString)
          .filter(file -> file.contains("src/test/java") && file.endsWith(".java"))
          .map(file -> Path.of(file).getFileName().toString().replace(".java", ""))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void everyLargerTestIsNamed() {
    TreeSet<String> larger = new TreeSet<>(tests);
    larger.removeIf(test -> !LARGER.matcher(test).matches());
    assertThat(larger).hasSizeGreaterThan(30);
    larger.removeIf(test -> document.contains("`" + test + "`"));
    assertThat(larger).as("missing in docs/testing.md").isEmpty();
  }

  @Test
  void everyTestThatIsNamedExists() {
    Matcher named = NAMED.matcher(document);
    while (named.find()) {
      assertThat(tests).contains(named.group(1));
    }
  }
}
