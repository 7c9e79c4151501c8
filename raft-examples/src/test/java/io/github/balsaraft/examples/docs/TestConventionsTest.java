package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What CONTRIBUTING says of tests, for all modules. */
class TestConventionsTest {

  private static final List<String> PROCESSES =
      List.of("Process" + "Builder", "Child" + "Process", "Kv" + "Cluster", "Kv" + "Process");
  private static final List<String> SLEEP = List.of("park" + "Nanos", ".sleep" + "(");

  static Stream<Path> unitTests() throws IOException {
    try (Stream<Path> modules = Files.list(Documents.root())) {
      List<Path> found = modules
          .map(module -> module.resolve("src/test/java"))
          .filter(Files::isDirectory)
          .flatMap(TestConventionsTest::testsIn)
          .toList();
      assertThat(found).hasSizeGreaterThan(50);
      return found.stream();
    }
  }

  private static Stream<Path> testsIn(Path sources) {
    try (Stream<Path> files = Files.walk(sources)) {
      return files.filter(file -> file.toString().endsWith("Test.java")).toList().stream();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @MethodSource("unitTests")
  void onlyIntegrationTestsStartProcessesAndNobodySleeps(Path test) throws IOException {
    assertThat(Files.readString(test))
        .doesNotContain(PROCESSES.toArray(String[]::new))
        .doesNotContain(SLEEP.toArray(String[]::new));
  }
}
