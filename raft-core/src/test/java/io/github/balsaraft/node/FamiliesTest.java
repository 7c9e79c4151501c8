package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** So many classes in one package are found by the map of it, as long as that is complete. */
class FamiliesTest {

  private static final Path FOLDER = Path.of("src/main/java/io/github/balsaraft/node");

  @Test
  void everyClassIsNamedInOneFamily() throws Exception {
    List<String> classes;
    try (Stream<Path> files = Files.list(FOLDER)) {
      classes = files
          .map(file -> file.getFileName().toString().replace(".java", ""))
          .filter(name -> !name.equals("package-info"))
          .toList();
    }
    String text = Files.readString(FOLDER.resolve("package-info.java"));
    String families = text.substring(text.indexOf("<ul>"), text.indexOf("</ul>"));
    List<String> named = Pattern.compile("\\{@code[\\s*]+(\\w+)}")
        .matcher(families)
        .results()
        .map(found -> found.group(1))
        .toList();
    assertThat(classes).hasSizeGreaterThan(50);
    assertThat(named).containsExactlyInAnyOrderElementsOf(classes);
  }
}
