package io.github.balsaraft.examples.kv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whoever starts a server finds every option in docs/kv.md and in the help, and no other. */
class NodeOptionsDocTest {

  private static final Set<String> OPTIONS = Stream.of(NodeOptions.VALUED, NodeOptions.FLAGS)
      .flatMap(Set::stream)
      .collect(Collectors.toSet());

  @Test
  void everyOptionHasARow() throws Exception {
    List<String> lines = Files.readAllLines(Path.of("..", "docs", "kv.md"));
    int header =
        lines.indexOf("| option of `kv node` | meaning, and when to change it | default |");
    assertThat(header).isNotNegative();
    List<String> rows = lines.subList(header + 2, lines.size()).stream()
        .takeWhile(line -> line.startsWith("| `--"))
        .map(line -> line.replaceFirst("^\\| `(--[a-z-]+).*$", "$1"))
        .toList();
    assertThat(rows).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(OPTIONS);
  }

  @Test
  void everyOptionForPeopleIsInTheHelp() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream console = new PrintStream(out, true, UTF_8);
    assertThat(HelpCommand.run(new Console(console, console, "kv"), List.of("node")))
        .isEqualTo(CommandLine.OK);
    Set<String> named = Pattern.compile("^\\s+(--[a-z-]+)", Pattern.MULTILINE)
        .matcher(out.toString(UTF_8))
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toSet());
    assertThat(named)
        .isSubsetOf(OPTIONS)
        .containsAll(OPTIONS.stream()
            .filter(option -> !option.equals(NodeOptions.UNTIL_STDIN_CLOSES))
            .toList());
  }
}
