package io.github.balsaraft.examples.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.generators.BenchmarkProcessor;

/**
 * Runs the microbenchmarks of this package by JMH. In each build each of them once, to see that it runs; with {@code
 * -Djmh="…"}, arguments of JMH such as {@code -Djmh="CoreStep -f 1 -wi 5 -i 5 -prof gc"}, as these say. JMH generates code
 * from the annotations, which is done here and not by the build, where it would have to pass all its checks.
 */
class MicroBenchmarksIT {

  private static final Path SOURCES =
      Path.of("src/test/java/io/github/balsaraft/examples/bench/micro");
  private static final String ONCE = "-f 0 -wi 0 -i 1 -r 10ms -bm ss -foe true";

  @TempDir
  Path folder;

  @Test
  @Timeout(value = 14, unit = TimeUnit.MINUTES)
  void run() throws Exception {
    generate();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "--enable-native-access=ALL-UNNAMED"));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    command.add("-Djava.io.tmpdir=" + Files.createDirectory(folder.resolve("tmp")));
    command.addAll(List.of(
        "-cp",
        folder.resolve("classes") + File.pathSeparator + System.getProperty("java.class.path"),
        "org.openjdk.jmh.Main"));
    String arguments = System.getProperty("jmh", ONCE);
    command.addAll(List.of(arguments.split(" +", -1)));
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    boolean onceOnly = arguments.equals(ONCE);
    // Whoever measures wants to see how it goes.
    Process process = onceOnly
        ? builder.redirectOutput(output.toFile()).start()
        : builder.redirectOutput(ProcessBuilder.Redirect.INHERIT).start();
    try {
      assertThat(process.waitFor())
          .as(() -> onceOnly ? read(output) : "see above")
          .isZero();
    } finally {
      process.destroyForcibly();
    }
    if (onceOnly) {
      assertThat(read(output))
          .contains("CoreStepBenchmark.proposeAndCommit")
          .contains("BatchCodecBenchmark.decode")
          .contains("StorageBatchBenchmark.write");
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Compiles the benchmarks once more, with what JMH generates for them. */
  private void generate() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter complaints = new StringWriter();
    List<String> options = List.of(
        "-d",
        Files.createDirectory(folder.resolve("classes")).toString(),
        "-cp",
        System.getProperty("java.class.path"));
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
        Stream<Path> sources = Files.list(SOURCES)) {
      List<Path> benchmarks = sources
          .filter(file -> !file.endsWith("MicroBenchmarksIT.java"))
          .filter(file -> file.toString().endsWith(".java"))
          .toList();
      JavaCompiler.CompilationTask task = compiler.getTask(
          complaints, files, null, options, null, files.getJavaFileObjectsFromPaths(benchmarks));
      task.setProcessors(List.of(new BenchmarkProcessor()));
      assertThat(task.call()).as(complaints::toString).isTrue();
    }
  }
}
