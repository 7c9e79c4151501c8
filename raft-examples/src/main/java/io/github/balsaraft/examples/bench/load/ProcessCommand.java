package io.github.balsaraft.examples.bench.load;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How a class of this program is started in a process of its own. */
public final class ProcessCommand {

  private ProcessCommand() {}

  /** Java with these options, the class path of this process, and a class with a main method. */
  public static List<String> java(List<String> options, Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", absoluteClassPath(), main.getName()));
    command.addAll(arguments);
    return command;
  }

  private static String absoluteClassPath() {
    // An entry with a star stands for the jars in a folder,
    // and isn't a path that could be resolved.
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry ->
            entry.endsWith("*") ? entry : Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
