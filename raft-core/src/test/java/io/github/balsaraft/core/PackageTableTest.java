package io.github.balsaraft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table in the description of the package leads a newcomer to the right class only if it is complete. */
class PackageTableTest {

  private static final Path PACKAGE = Path.of("src/main/java/io/github/balsaraft/core");

  @Test
  void theTableNamesEachClassOnce() throws IOException {
    String text = Files.readString(PACKAGE.resolve("package-info.java"));
    String table = text.substring(text.indexOf("<pre>"), text.indexOf("</pre>"));
    List<String> named = Pattern.compile("\\b[A-Z]\\w+")
        .matcher(table)
        .results()
        .map(found -> found.group())
        .toList();
    assertThat(named).containsExactlyInAnyOrderElementsOf(classes());
  }

  private static List<String> classes() throws IOException {
    try (Stream<Path> files = Files.list(PACKAGE)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java") && !name.equals("package-info.java"))
          .map(name -> name.substring(0, name.length() - ".java".length()))
          .toList();
    }
  }
}
