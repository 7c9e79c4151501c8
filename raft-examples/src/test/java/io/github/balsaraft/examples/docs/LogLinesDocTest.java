package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/operations.md explains each warning and each error that the library logs, and none that it doesn't. */
class LogLinesDocTest {

  private static final Pattern STATEMENT =
      Pattern.compile("\\b(?:warn|error)\\((.*?)\\);", Pattern.DOTALL);
  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

  /** Shorter pieces of text say nothing of a line. */
  private static final int LEAST_CHARS = 8;

  private static String sources;
  private static List<List<String>> documented;

  @BeforeAll
  static void read() throws IOException {
    StringBuilder all = new StringBuilder();
    for (String module : List.of("raft-core", "raft-transport-netty", "raft-storage-rocksdb")) {
      try (Stream<Path> files =
          Files.walk(Documents.root().resolve(module).resolve("src/main/java"))) {
        for (Path file :
            files.filter(path -> path.toString().endsWith(".java")).sorted().toList()) {
          all.append(Files.readString(file));
        }
      }
    }
    // A text that is broken over several lines is one text, and what a logger fills in is left out.
    sources = all.toString().replaceAll("\"\\s*\\+\\s*\"", "").replace("{}", "\" + x + \"");
    documented = new DocumentedTables("docs/operations.md")
        .section("## What the log says")
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.substring(3, line.indexOf('`', 3)))
        .map(line ->
            Stream.of(line.split("\\.\\.\\.")).filter(part -> part.length() > 1).toList())
        .toList();
  }

  @Test
  void everyWarningAndErrorIsExplained() {
    List<String> unexplained = new ArrayList<>();
    List<String> statements =
        STATEMENT.matcher(sources).results().map(found -> found.group(1)).toList();
    for (String statement : statements) {
      String literals = LITERAL
          .matcher(statement)
          .results()
          .map(found -> found.group(1))
          .collect(Collectors.joining("\n"));
      boolean explained =
          documented.stream().anyMatch(parts -> parts.stream().allMatch(literals::contains));
      if (!explained && literals.lines().anyMatch(text -> text.length() >= LEAST_CHARS)) {
        unexplained.add(literals);
      }
    }
    assertThat(unexplained).isEmpty();
    assertThat(statements).hasSizeGreaterThan(30);
  }

  @Test
  void everyLineThatIsExplainedCanBeWritten() {
    String literals = LITERAL
        .matcher(sources)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.joining("\n"));
    List<List<String>> unknown = documented.stream()
        .filter(parts -> !parts.stream().allMatch(literals::contains))
        .toList();
    assertThat(unknown).isEmpty();
    assertThat(documented).hasSizeGreaterThan(30);
  }
}
