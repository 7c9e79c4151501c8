package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.testing.simulation.SimulationRuns;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.load.Workload;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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
    compileTutorialBefore(block);
    compile(block);
  }

  /** The classes of the guide build on each other; everywhere else a block stands alone. */
  private void compileTutorialBefore(Documents.Block block) throws IOException {
    for (Documents.Block earlier : guide()) {
      if (earlier.document().equals(block.document())
          && earlier.line() < block.line()
          && CLASS_NAME.matcher(earlier.text()).find()) {
        compile(earlier);
      }
    }
  }

  private static List<Documents.Block> guide() {
    return javaBlocks().filter(block -> block.document().endsWith("guide.md")).toList();
  }

  /** What a newcomer does first: copy the program from the README, and run it. */
  @Test
  void theFirstProgramOfTheReadmeRuns() throws Exception {
    Documents.Block program = javaBlocks()
        .filter(block -> block.document().endsWith("README.md"))
        .filter(block -> block.text().contains("void main("))
        .findFirst()
        .orElseThrow();
    assertThat(run(compile(program))).isEqualToIgnoringWhitespace("total: 2");
  }

  /** What they print is in the text block that follows. */
  @Test
  void theProgramsOfTheGuideRun() throws Exception {
    String data = Files.createDirectory(folder.resolve("data")).toString();
    for (Documents.Block program : guide()) {
      if (program.text().contains("void main(")) {
        compileTutorialBefore(program);
        assertThat(run(compile(program), data))
            .as("%s", program)
            .isEqualToIgnoringWhitespace(textAfter(program));
      }
    }
    assertThat(run("CounterOnDisk", data)).isEqualToIgnoringWhitespace("started 2 times");
  }

  private static String textAfter(Documents.Block program) {
    return Documents.blocks("text").stream()
        .filter(text -> text.document().equals(program.document()))
        .filter(text -> text.line() > program.line())
        .findFirst()
        .orElseThrow()
        .text();
  }

  private String run(String... classAndArguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        folder + File.pathSeparator + System.getProperty("java.class.path")));
    command.addAll(List.of(classAndArguments));
    Process java = new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
    try {
      String printed = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(java.exitValue()).isZero();
      return printed;
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

  /** The guide's test passes as it stands, and with the guide's wrong state machine in it finds what the guide says. */
  @Test
  void theSimulationOfTheGuideFindsWhatItSays() throws Exception {
    String test = compile(blockWith("@RaftSimulation"));
    String wrong = compile(blockWith("class Stamps"));
    try (URLClassLoader classes = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      Constructor<?> workloads = constructor(classes, test + "$CounterWorkload");
      Constructor<?> machines = constructor(classes, wrong);
      Supplier<Workload<Object, Object>> sane = () -> newWorkload(workloads);
      SimulationRuns runs = new SimulationRuns(
          SimulationSettings.DEFAULT.withHosts(3).withClients(2).withLength(Duration.ofSeconds(10)),
          new SimulationRuns.Seeds(1, 3, Duration.ZERO),
          "mvn test -Draft.seed=");
      runs.check(sane);
      assertThatThrownBy(() ->
              runs.check(() -> sane.get().withMachine(() -> (StateMachine) create(machines))))
          .hasMessageContaining("seed 1 fails: APPLY_DIVERGED")
          .hasMessageContaining("the state machine is not deterministic")
          .hasMessageContaining("none is needed");
    }
  }

  /** The state on disk of the page passes as it stands; without its sync it is found. */
  @Test
  void theStateOnDiskOfThePageIsOfOneMoment() throws Exception {
    Documents.Block block = blockWith("class SumOnDiskSimulationTest");
    checkSumOnDisk(block);
    assertThatThrownBy(() -> checkSumOnDisk(without(block, "        file.sync();\n")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("fails:");
  }

  private static Documents.Block without(Documents.Block block, String line) {
    assertThat(block.text()).contains(line);
    return new Documents.Block(
        block.document(), block.line(), block.language(), block.text().replace(line, ""));
  }

  private void checkSumOnDisk(Documents.Block block) throws Exception {
    String test = compile(block);
    try (URLClassLoader classes = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      Constructor<?> workloads = constructor(classes, test + "$SumWorkload");
      SimulationRuns runs = new SimulationRuns(
          SimulationSettings.DEFAULT.withHosts(3).withClients(2).withLength(Duration.ofSeconds(10)),
          new SimulationRuns.Seeds(1, 10, Duration.ZERO),
          "mvn test -Draft.seed=");
      runs.check(() -> newWorkload(workloads));
    }
  }

  private static Documents.Block blockWith(String text) {
    return javaBlocks().filter(block -> block.text().contains(text)).findFirst().orElseThrow();
  }

  private static Constructor<?> constructor(ClassLoader classes, String name) throws Exception {
    Constructor<?> constructor = classes.loadClass(name).getDeclaredConstructor();
    constructor.setAccessible(true);
    return constructor;
  }

  @SuppressWarnings("unchecked")
  private static Workload<Object, Object> newWorkload(Constructor<?> constructor) {
    return (Workload<Object, Object>) create(constructor);
  }

  private static Object create(Constructor<?> constructor) {
    try {
      return constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a class of the guide can't be made", e);
    }
  }

  /** A block without a class is what a method would hold, in a class that has these at hand. */
  private static final String FRAGMENT = """
      import io.github.balsaraft.*;
      import io.github.balsaraft.api.*;
      import io.github.balsaraft.model.*;
      import io.github.balsaraft.model.trace.*;
      import io.github.balsaraft.storage.*;
      import io.github.balsaraft.storage.rocksdb.*;
      import io.github.balsaraft.transport.*;
      import io.github.balsaraft.transport.netty.*;
      import java.nio.file.*;
      import java.time.*;

      class Fragment {
        RaftNode node;
        RaftSession session;
        byte[] command;
        byte[] query;

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
                  folder + File.pathSeparator + System.getProperty("java.class.path")),
              null,
              files.getJavaFileObjects(source))
          .call();
      assertThat(compiled).as("%s: %s", block, messages).isTrue();
    }
    return name;
  }
}
