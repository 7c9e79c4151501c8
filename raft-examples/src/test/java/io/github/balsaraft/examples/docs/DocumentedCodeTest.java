package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DocumentedCodeTest {

  private static final Pattern CLASS_NAME = Pattern.compile("(?:class|record|interface) (\\w+)");

  @TempDir
  Path folder;

  static Stream<Documents.Block> javaBlocks() {
    return Documents.blocks("java").stream();
  }

  @ParameterizedTest
  @MethodSource("javaBlocks")
  void everyJavaBlockCompilesAsItStands(Documents.Block block) throws IOException {
    compile(block);
  }

  /** What a newcomer does first: copy the program from the README, and run it. */
  @Test
  void theFirstProgramOfTheReadmeRuns() throws Exception {
    Documents.Block program = javaBlocks()
        .filter(block -> block.document().endsWith("README.md"))
        .filter(block -> block.text().contains("void main("))
        .findFirst()
        .orElseThrow();
    String className = compile(program);
    Process java = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            folder + File.pathSeparator + System.getProperty("java.class.path"),
            className)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
    try {
      String printed = new String(java.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(printed).isEqualToIgnoringNewLines("total: 2");
      assertThat(java.exitValue()).isZero();
    } finally {
      java.destroyForcibly();
    }
  }

  /** "About ten lines": the state machine alone, without its imports and its main. */
  @Test
  void theStateMachineOfTheReadmeIsShort() {
    String counter = javaBlocks()
        .filter(block -> block.text().contains("implements StateMachine"))
        .findFirst()
        .orElseThrow()
        .text();
    String stateMachine = counter.substring(
        counter.indexOf("public final class"), counter.indexOf("public static void main"));
    assertThat(stateMachine.lines().filter(line -> !line.isBlank()).count()).isLessThanOrEqualTo(12);
  }

  private String compile(Documents.Block block) throws IOException {
    Matcher name = CLASS_NAME.matcher(block.text());
    assertThat(name.find()).as("%s has a class", block).isTrue();
    Path source = folder.resolve(name.group(1) + ".java");
    Files.writeString(source, block.text());
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled = compiler.getTask(
              messages,
              files,
              null,
              List.of(
                  "-d",
                  folder.toString(),
                  "-proc:none",
                  "-classpath",
                  System.getProperty("java.class.path")),
              null,
              files.getJavaFileObjects(source))
          .call();
      assertThat(compiled).as("%s: %s", block, messages).isTrue();
    }
    return name.group(1);
  }
}
