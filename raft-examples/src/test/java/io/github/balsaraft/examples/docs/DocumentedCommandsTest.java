package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DocumentedCommandsTest {

  /** Which file runs a documented command, and how it looks there: the ports are others, to run beside anything. */
  private static final Map<String, String> RUN_BY = Map.of(
      "raft-examples/kv demo", ".ci/demo-smoke",
      "mvn verify", ".ci/run",
      "redis-cli -p 7001 set color green", ".ci/demo-smoke",
      "redis-cli -p 7003 get color", ".ci/demo-smoke");

  @Test
  void everyCommandOfTheReadmeIsRunByTheCheck() throws IOException {
    for (Documents.Block block : Documents.blocks("sh")) {
      for (String command : block.text().lines().toList()) {
        String runner = RUN_BY.get(command);
        assertThat(runner).as("%s: who runs \"%s\"?", block, command).isNotNull();
        String last = command.substring(command.lastIndexOf(' ') + 1);
        assertThat(Files.readString(Documents.root().resolve(runner)))
            .as("%s runs \"%s\"", runner, command)
            .contains(last);
      }
    }
  }

  @Test
  void everyLinkToAFileLeadsSomewhere() throws IOException {
    Pattern link = Pattern.compile("]\\(([^)#:]+)(#[^)]*)?\\)");
    for (Path document : Documents.all()) {
      Matcher links = link.matcher(Files.readString(document));
      while (links.find()) {
        assertThat(document.resolveSibling(links.group(1)).normalize())
            .as("linked from %s", document.getFileName())
            .exists();
      }
    }
  }

  @Test
  void everyDocumentIsFoundFromTheReadme() throws IOException {
    String readme = Files.readString(Documents.root().resolve("README.md"));
    List<Path> documents = Documents.all();
    for (Path document : documents.subList(1, documents.size())) {
      String path = Documents.root().relativize(document).toString();
      boolean linked = readme.contains("(" + path + ")");
      assertThat(linked || path.startsWith("docs/decisions/")).as(path).isTrue();
    }
  }
}
