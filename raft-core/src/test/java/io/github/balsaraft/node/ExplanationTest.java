package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NodeStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Situation by situation, what a node says of itself. With {@code -Drewrite=true} the expected sentences are rewritten. */
class ExplanationTest {

  private static final Path FOLDER = Path.of("src/test/testdata/explain");
  private static final String EXPLAIN = "explain: ";
  private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> !file.endsWith("README.txt")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void saysWhatIsWrittenDown(Path file) throws IOException {
    String actual = withAnswers(Files.readAllLines(file));
    if (Boolean.getBoolean("rewrite")) {
      Files.writeString(file, actual);
    }
    assertThat(Files.readString(file))
        .as("%s; if the change is meant, run the test with -Drewrite=true", file)
        .isEqualTo(actual);
  }

  @ParameterizedTest
  @MethodSource("files")
  void isOneSentenceThatStartsWithTheFact(Path file) throws IOException {
    assertThat(Files.readAllLines(file))
        .filteredOn(line -> line.startsWith(EXPLAIN))
        .allSatisfy(line -> {
          String sentence = line.substring(EXPLAIN.length());
          assertThat(sentence)
              .matches("[A-Z][^:]*: .*[^.]\\.")
              .doesNotContain(". ", "null", "()", "  ");
        });
  }

  @Test
  void coversManySituations() throws IOException {
    int situations = 0;
    for (Path file : files()) {
      situations += (int) Files.readAllLines(file).stream()
          .filter(line -> line.startsWith(EXPLAIN))
          .count();
    }
    assertThat(situations).isGreaterThanOrEqualTo(40);
  }

  /** The file as it should be: everything as it is, and the answers in place of what stands where answers stand. */
  private static String withAnswers(List<String> lines) {
    StringBuilder text = new StringBuilder();
    List<String> situation = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith(EXPLAIN)) {
        continue;
      }
      if (line.isBlank()) {
        answer(situation, text);
      } else if (!line.startsWith("#")) {
        situation.add(line);
      }
      text.append(line).append('\n');
    }
    answer(situation, text);
    return text.toString();
  }

  private static void answer(List<String> situation, StringBuilder text) {
    if (!situation.isEmpty()) {
      NodeStatus status = Situation.parse(situation);
      text.append(EXPLAIN).append(Explanation.of(status, ELECTION_TIMEOUT)).append('\n');
      situation.clear();
    }
  }
}
