package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
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

class DocumentedCodeIT {

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
      String printed = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(printed).isEqualToIgnoringWhitespace("total: 2");
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
    assertThat(stateMachine.lines().filter(line -> !line.isBlank()).count())
        .isLessThanOrEqualTo(12);
  }

  /** A block without a class is what a method would hold. */
  private static final String FRAGMENT = """
      import io.github.balsaraft.*;
      import io.github.balsaraft.api.*;
      import io.github.balsaraft.model.trace.*;
      import io.github.balsaraft.storage.*;
      import io.github.balsaraft.storage.rocksdb.*;
      import io.github.balsaraft.transport.*;
      import io.github.balsaraft.transport.netty.*;
      import java.nio.file.*;
      import java.time.*;

      class Fragment {
        void run() throws Exception {
      BLOCK
        }
      }
      """;

  private String compile(Documents.Block block) throws IOException {
    Matcher named = CLASS_NAME.matcher(block.text());
    boolean whole = named.find();
    String name = whole ? named.group(1) : "Fragment";
    Path source = folder.resolve(name + ".java");
    Files.writeString(source, whole ? block.text() : FRAGMENT.replace("BLOCK", block.text()));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled = compiler
          .getTask(
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
    return name;
  }
}
