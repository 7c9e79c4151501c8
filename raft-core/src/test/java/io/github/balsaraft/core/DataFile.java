package io.github.balsaraft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Text files of commands and what they are expected to say. A line that starts with {@code >} is a command; the lines after
 * it, up to an empty line, a comment ({@code #}) or the next command, are its expected answer.
 *
 * <p>With {@code -Drewrite=true} the files are written anew, and the difference is what a reviewer looks at.
 */
final class DataFile {

  private static final Path TESTDATA = Path.of("src", "test", "testdata");

  private DataFile() {}

  /** A test for each file of a folder of test data, each with an interpreter of its own. */
  static Stream<DynamicTest> tests(
      String folder, Function<Path, Function<String, List<String>>> interpreterFor) {
    try (Stream<Path> files = Files.list(TESTDATA.resolve(folder))) {
      List<Path> sorted =
          files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
      assertThat(sorted).as("files in %s", folder).isNotEmpty();
      return sorted.stream()
          .map(file -> DynamicTest.dynamicTest(
              file.getFileName().toString(), () -> check(file, interpreterFor.apply(file))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void check(Path file, Function<String, List<String>> interpreter) {
    try {
      List<String> actual = new ArrayList<>();
      boolean inAnswer = false;
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(">")) {
          actual.add(line);
          actual.addAll(answer(file, line.substring(1).trim(), interpreter));
          inAnswer = true;
        } else if (line.isBlank() || line.startsWith("#")) {
          actual.add(line);
          inAnswer = false;
        } else if (!inAnswer) {
          throw new AssertionError(file + ": neither command nor comment: " + line);
        }
      }
      String text = String.join("\n", actual) + "\n";
      if (Boolean.getBoolean("rewrite")) {
        Files.writeString(file, text);
      }
      assertThat(text)
          .as("%s; if the change is meant, run the test with -Drewrite=true", file)
          .isEqualTo(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> answer(
      Path file, String command, Function<String, List<String>> interpreter) {
    try {
      return interpreter.apply(command);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(file + ", at \"" + command + "\": " + e.getMessage(), e);
    }
  }
}
