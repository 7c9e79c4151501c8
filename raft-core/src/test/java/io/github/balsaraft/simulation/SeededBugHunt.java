package io.github.balsaraft.simulation;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Puts a seeded bug into a copy of the sources that it concerns, and lets a simulation look for it in a process of its own. */
final class SeededBugHunt {

  /** The library, and the state machines that the simulator has of its own. */
  private static final List<Path> SOURCES =
      List.of(Path.of("src/main/java"), Path.of("src/test/java"));

  private static final Path FOLDER = Path.of("target/seeded-bugs");

  private final SeededBug bug;
  private final Path folder;

  SeededBugHunt(SeededBug bug) {
    this.bug = bug;
    this.folder = FOLDER.resolve(bug.toString());
  }

  /**
   * Applies the change and compiles.
   *
   * @throws AssertionError if the change doesn't fit the sources any more, or the result doesn't compile
   */
  void prepare() throws IOException {
    deleteFolder();
    List<Path> changed = new ArrayList<>();
    for (String file : bug.change().files()) {
      Path copy = folder.resolve("sources").resolve(file);
      Files.createDirectories(copy.getParent());
      Files.write(copy, changedLines(file));
      changed.add(copy);
    }
    compile(changed);
  }

  private void deleteFolder() throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> old = Files.walk(folder)) {
        for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private List<String> changedLines(String file) throws IOException {
    try {
      return bug.change().applyTo(file, Files.readAllLines(sourceOf(file)));
    } catch (IllegalArgumentException e) {
      throw new AssertionError(bug + " does not fit any more: " + e.getMessage(), e);
    }
  }

  private static Path sourceOf(String file) {
    return SOURCES.stream()
        .map(sources -> sources.resolve(file))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no " + file));
  }

  private void compile(List<Path> sources) throws IOException {
    Files.createDirectories(classes());
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter output = new StringWriter();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      List<String> options = List.of(
          "-proc:none",
          "-implicit:none",
          "-nowarn",
          "-d",
          classes().toString(),
          "-classpath",
          System.getProperty("java.class.path"));
      boolean compiled = compiler
          .getTask(output, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
          .call();
      if (!compiled) {
        throw new AssertionError(bug + " does not compile: " + output);
      }
    }
  }

  private Path classes() {
    return folder.resolve("classes");
  }

  /** Runs seed after seed from 1 on, up to so many. To be called after {@link #prepare}. */
  Result run(int seeds) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx700m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
            "-cp",
            classes() + File.pathSeparator + System.getProperty("java.class.path"),
            SeededBugSeeds.class.getName(),
            "1",
            String.valueOf(seeds))
        .redirectError(folder.resolve("errors").toFile())
        .start();
    String output;
    try (InputStream told = process.getInputStream()) {
      output = new String(told.readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      process.destroyForcibly();
    }
    Files.writeString(folder.resolve("output"), output);
    int exit = process.waitFor();
    if (output.startsWith(SeededBugSeeds.NOTHING)) {
      return new Result(0, "");
    }
    String[] words = output.split("[ \n]", 4);
    if (!words[0].equals(SeededBugSeeds.FOUND)) {
      throw new AssertionError(
          bug + " ended the search with exit code " + exit + ": see " + folder);
    }
    return new Result(Integer.parseInt(words[1]), words[2]);
  }

  /**
   * How a search ended.
   *
   * @param seeds how many were needed; 0 if the bug was not found
   * @param kind how it showed
   */
  record Result(int seeds, String kind) {
    boolean isFound() {
      return seeds > 0;
    }
  }
}
