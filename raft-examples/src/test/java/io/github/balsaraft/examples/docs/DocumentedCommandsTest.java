package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentedCommandsTest {

  /**
   * Which file runs a documented command, and what to look for in it: there the ports are others, to run beside anything,
   * and long commands have a short limit.
   */
  private record Run(String file, String sign) {}

  private static final String MAVEN = "mvn ";

  private static final String SMOKE = ".ci/demo-smoke";
  private static final String BENCH_SMOKE = ".ci/bench-smoke";
  private static final String NODE =
      "raft-examples/src/test/java/io/github/balsaraft/examples/kv/cli/KvNodeIT.java";

  private static final String ON_DISK =
      "raft-examples/src/test/java/io/github/balsaraft/examples/kv/faults/OnDiskEngineIT.java";

  private static final String MEMBERS =
      "raft-examples/src/test/java/io/github/balsaraft/examples/kv/faults/MembershipIT.java";
  private static final String ADMIN =
      "raft-examples/kv admin --servers 127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003";

  private static final String CLIENTS =
      "raft-examples/src/test/java/io/github/balsaraft/examples/kv/faults/ClusterClientsIT.java";

  private static final String CLUSTER =
      "n1=127.0.0.1:8001:7001,n2=127.0.0.1:8002:7002,n3=127.0.0.1:8003:7003";

  /** Arguments of the benchmark whose values say what is measured, and not for how long. */
  private static final Pattern WHAT_IS_MEASURED =
      Pattern.compile("--(?:mode|variant|readers) \\S+|--\\S+|^(?:matrix|compare)\\b");

  private static final Map<String, Run> RUN_BY = Map.ofEntries(
      Map.entry(
          "raft-examples/kv cli --servers 127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003 get color",
          new Run(CLIENTS, "\"get\", \"color\"")),
      Map.entry(ADMIN + " status", new Run(MEMBERS, "\"status\"")),
      Map.entry(ADMIN + " members", new Run(MEMBERS, "\"members\"")),
      Map.entry(ADMIN + " watch", new Run(MEMBERS, "\"watch\", \"--count\"")),
      Map.entry(ADMIN + " explain", new Run(MEMBERS, "\"explain\"")),
      Map.entry(
          "raft-examples/kv node --id n4 --data ./data/n4 --join n1=127.0.0.1:8001:7001 --raft 127.0.0.1:8004 --listen 127.0.0.1:7004",
          new Run(MEMBERS, "cluster.join(\"n4\")")),
      Map.entry(ADMIN + " add n4 --dry-run", new Run(MEMBERS, "\"add\", \"n4\", \"--dry-run\"")),
      Map.entry(ADMIN + " add n4", new Run(MEMBERS, "\"add\", \"n4\")")),
      Map.entry(ADMIN + ",127.0.0.1:7004 remove n4", new Run(MEMBERS, "\"remove\", \"n1\"")),
      Map.entry(ADMIN + " replace n2 n6", new Run(MEMBERS, "\"replace\", \"n2\", \"n6\"")),
      Map.entry(
          ADMIN + " set n3 --address 127.0.0.1:9003",
          new Run(MEMBERS, "\"set\", node.id(), \"--address\", address")),
      Map.entry(ADMIN + " transfer n2", new Run(MEMBERS, "\"transfer\", \"n5\"")),
      Map.entry(ADMIN + " leases on", new Run(MEMBERS, "\"leases\", \"on\"")),
      Map.entry(ADMIN + " leases", new Run(MEMBERS, "\"leases\")")),
      Map.entry(ADMIN + " leases off", new Run(MEMBERS, "\"leases\", \"off\"")),
      Map.entry("raft-examples/kv demo", new Run(SMOKE, "raft-examples/kv\" demo")),
      Map.entry(".ci/run", new Run(".github/workflows/ci.yml", "run: .ci/run")),
      Map.entry("redis-cli -p 7001 set color green", new Run(SMOKE, "set color green")),
      Map.entry("redis-cli -p 7003 get color", new Run(SMOKE, "get color")),
      Map.entry("redis-cli -p 7001 info raft", new Run(SMOKE, "info raft")),
      Map.entry(
          "redis-cli -p 7001 set color blue ifeq green",
          new Run(SMOKE, "set color blue ifeq green")),
      Map.entry(
          "redis-cli -p 7003 info raft | grep local_read_staleness_ms",
          new Run(SMOKE, "info raft | grep local_read_staleness_ms")),
      Map.entry(
          "printf 'set color green\\nget color\\nquit\\n' | nc 127.0.0.1 7001",
          new Run(SMOKE, "printf 'set color green\\nget color\\nquit\\n' | nc 127.0.0.1")),
      Map.entry(
          "redis-benchmark -p 7001 -t set,get -n 100000 -c 50 -P 16 -q",
          new Run(SMOKE, "-t set,get -n 20000 -c 50 -P 16 -q")),
      Map.entry(
          "raft-examples/kv node --id n1 --data ./data/n1 --cluster " + CLUSTER,
          new Run(NODE, "--cluster")),
      Map.entry(
          "raft-examples/kv node --id n1 --data ./data/n1 --engine rocksdb --cluster " + CLUSTER,
          new Run(ON_DISK, "\"--engine\", \"rocksdb\"")));

  @Test
  @DisplayName("a block says what it is, and commands are in those that are checked")
  void everyBlockHasALanguage() {
    assertThat(Documents.blocks())
        .allSatisfy(block ->
            assertThat(block.language()).as("%s", block).isIn("sh", "java", "xml", "json", "text"));
  }

  @Test
  void everyDocumentedCommandIsRunByTheCheck() throws IOException {
    List<String> smoked = DocumentedMaven.smoked();
    for (Documents.Block block : Documents.blocks("sh")) {
      for (String command : commands(block.text())) {
        if (command.startsWith(MAVEN)) {
          DocumentedMaven.check(block + ": " + command, command.substring(MAVEN.length()), smoked);
        } else if (command.startsWith("raft-examples/bench ")) {
          checkBenchmark(block, command.substring("raft-examples/bench ".length()));
        } else {
          Run run = RUN_BY.get(command);
          assertThat(run).as("%s: who runs \"%s\"?", block, command).isNotNull();
          assertThat(Documents.withoutComments(Documents.root().resolve(run.file())))
              .as("%s runs \"%s\"", run.file(), command)
              .contains(run.sign());
        }
      }
    }
  }

  @Test
  @DisplayName("every line of the check is of a documented command, and its limits are some")
  void everyLineOfTheCheckIsDocumented() {
    List<String> documented = Documents.blocks("sh").stream()
        .flatMap(block -> commands(block.text()).stream())
        .filter(command -> command.startsWith(MAVEN))
        .map(command -> command.substring(MAVEN.length()))
        .toList();
    DocumentedMaven.checkSmoke(DocumentedMaven.smoked(), documented);
  }

  @Test
  @DisplayName("what only a comment says is run by nobody")
  void commentsRunNothing(@TempDir Path folder) throws IOException {
    Path script = Files.writeString(folder.resolve("check"), "# get a\nset b # get c\n${d#e}\n");
    assertThat(Documents.withoutComments(script)).isEqualTo("\nset b\n${d#e}\n");
    Path test = Files.writeString(
        folder.resolve("A.java"), "/** get a\n * get b */\nset c; // get d\n/* get e */ set f;\n");
    assertThat(Documents.withoutComments(test)).isEqualTo("\nset c;\n set f;\n");
  }

  /** Without comments, and each on a line. */
  private static List<String> commands(String text) {
    return text.replaceAll("(?m) {2,}#.*$", "")
        .replaceAll("\\\\\n\\s*", "")
        .lines()
        .map(command -> command.strip().replaceAll("(?<! ) {2,}", " "))
        .toList();
  }

  /** One line of the smoke test has all arguments, with short limits. */
  private static void checkBenchmark(Documents.Block block, String arguments) throws IOException {
    List<String> needed =
        WHAT_IS_MEASURED.matcher(arguments).results().map(MatchResult::group).toList();
    assertThat(needed).as("%s: %s", block, arguments).isNotEmpty();
    List<String> lines = Files.readAllLines(Documents.root().resolve(BENCH_SMOKE)).stream()
        .filter(line -> line.startsWith("bench "))
        .map(line -> line.replace("\"${short[@]}\"", "--warmup 1 --seconds 1 --dir") + " ")
        .toList();
    assertThat(lines)
        .as("%s: a line of %s with %s", block, BENCH_SMOKE, needed)
        .anyMatch(line -> needed.stream().allMatch(part -> line.contains(" " + part + " ")));
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
  void everyLinkToAHeadingLeadsToOne() throws IOException {
    Pattern link = Pattern.compile("]\\(([^)#:]*)#([^)]+)\\)");
    int count = 0;
    for (Path document : Documents.all()) {
      Matcher links = link.matcher(Files.readString(document));
      for (; links.find(); count++) {
        String file = links.group(1);
        Path target = file.isEmpty() ? document : document.resolveSibling(file).normalize();
        assertThat(anchors(target))
            .as("%s, linked from %s", target.getFileName(), document.getFileName())
            .contains(links.group(2));
      }
    }
    assertThat(count).isGreaterThan(10);
  }

  /** What a heading is called in a link: lower case, without punctuation, with dashes for blanks. */
  private static List<String> anchors(Path document) throws IOException {
    return Files.readString(document)
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^a-z0-9 _-]", "").replace(' ', '-'))
        .toList();
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
