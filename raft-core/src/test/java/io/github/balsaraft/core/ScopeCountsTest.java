package io.github.balsaraft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ScopeCountsTest {

  private static final Path DOCUMENT = Path.of("../docs/testing.md");
  private static final String HEAD =
      "| terms | proposals | restarts | besides | run | states | steps |";

  @Test
  @DisplayName("docs/testing.md says how far the searches went as testdata/small-scope does")
  void theDocumentHasTheSameRows() throws IOException {
    List<String> lines = Files.readAllLines(DOCUMENT);
    assertThat(lines).contains(HEAD);
    List<String> documented = lines.stream()
        .skip(lines.indexOf(HEAD) + 2)
        .takeWhile(line -> line.startsWith("|"))
        .toList();
    assertThat(documented).isEqualTo(ScopeCounts.rows());
  }
}
