package io.github.balsaraft.testing.simulation;

import io.github.balsaraft.RaftNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Where seeds begin that nobody has run before. They are others with each change of the code, and the same for the same code: what one
 * build of a commit has found, or not, each other one finds, or not, as far as it gets.
 */
final class FreshSeeds {

  private static final int BITS = 30;

  /** From one beginning to the next one, so that few of two builds are the same. */
  private static final long APART = 1_000;

  private static final Path SOURCES = Path.of("src");

  private FreshSeeds() {}

  /**
   * The first of them for the sources of the module that is tested, and for the library, if it comes as a file.
   *
   * @param name tells tests of the same code from each other
   */
  static long first(String name) {
    CodeSource library = RaftNode.class.getProtectionDomain().getCodeSource();
    return first(
        name, SOURCES, library == null ? Optional.empty() : Optional.of(library.getLocation()));
  }

  static long first(String name, Path sources, Optional<URL> library) {
    CRC32C sum = new CRC32C();
    sum.update(name.getBytes(StandardCharsets.UTF_8));
    try {
      if (Files.isDirectory(sources)) {
        addSources(sources, sum);
      }
      if (library.isPresent() && library.get().getPath().endsWith(".jar")) {
        try (InputStream bytes = library.get().openStream()) {
          sum.update(bytes.readAllBytes());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the code under test", e);
    }
    return at(sum.getValue());
  }

  /** The first of them for a number at random. */
  static long at(long number) {
    return (number & ((1L << BITS) - 1)) * APART;
  }

  /** What is compiled, and not what a compiler makes of it: that differs from one JDK to the next. Nothing of where it lies. */
  private static void addSources(Path folder, CRC32C sum) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
    for (Path file : files) {
      sum.update(folder.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
      sum.update(Files.readAllBytes(file));
    }
  }
}
