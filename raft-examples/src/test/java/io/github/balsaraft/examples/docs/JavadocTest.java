package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What doclint is not asked: it would want a tag for each parameter, too. */
class JavadocTest {

  private static final Pattern SHOWN_TYPE =
      Pattern.compile("\\s*(?:public|protected) (?:static |final |abstract |sealed |non-sealed )*"
          + "(?:class|interface|record|enum|@interface) \\w+.*");

  @Test
  @DisplayName("each type that others see has Javadoc, nested ones too")
  void typesThatOthersSeeHaveJavadoc() throws IOException {
    List<String> without = new ArrayList<>();
    int types = 0;
    for (Path source : sources()) {
      List<String> lines = Files.readAllLines(source);
      for (int i = 0; i < lines.size(); i++) {
        if (SHOWN_TYPE.matcher(lines.get(i)).matches()) {
          types++;
          if (!isBehindJavadoc(lines, i)) {
            without.add(
                source.getFileName() + ":" + (i + 1) + ": " + lines.get(i).strip());
          }
        }
      }
    }
    assertThat(without).isEmpty();
    assertThat(types).isGreaterThan(300);
  }

  private static List<Path> sources() throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> modules = Files.list(Documents.root())) {
      for (Path module : modules.toList()) {
        Path folder = module.resolve("src/main/java");
        if (Files.isDirectory(folder)) {
          try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(found::add);
          }
        }
      }
    }
    return found;
  }

  /** Whether nothing but annotations is between the end of a comment and that line. */
  private static boolean isBehindJavadoc(List<String> lines, int line) {
    int before = line - 1;
    while (before >= 0 && !isEnd(lines.get(before).strip())) {
      before--;
    }
    if (before < 0 || !lines.get(before).strip().endsWith("*/")) {
      return false;
    }
    while (!lines.get(before).strip().startsWith("/*")) {
      before--;
    }
    return lines.get(before).strip().startsWith("/**");
  }

  private static boolean isEnd(String line) {
    return line.isEmpty()
        || line.endsWith("*/")
        || line.endsWith(";")
        || line.endsWith("{")
        || line.endsWith("}");
  }
}
