package io.github.balsaraft.testing.simulation;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Where seeds begin that nobody has run before. They are others with each change of the code, and the same for the same code: what one
 * build of a commit has found, or not, each other one finds, or not, as far as it gets.
 */
final class FreshSeeds {

  private static final int BITS = 30;

  /** From one beginning to the next one: more than are ever run at a time. */
  private static final long APART = 1_000;

  private FreshSeeds() {}

  /**
   * The first of them for the code that some classes come with.
   *
   * @param name tells tests of the same code from each other
   */
  static long first(String name, Collection<Class<?>> types) {
    CRC32C sum = new CRC32C();
    sum.update(name.getBytes(StandardCharsets.UTF_8));
    try {
      for (Path place : places(types)) {
        add(place, sum);
      }
    } catch (IOException e) {
      throw new IllegalStateException("can't read the code under test", e);
    }
    return at(sum.getValue());
  }

  /** The first of them for a number at random. */
  static long at(long number) {
    return (number & ((1L << BITS) - 1)) * APART;
  }

  private static List<Path> places(Collection<Class<?>> types) {
    return types.stream()
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation().toString())
        .distinct()
        .map(FreshSeeds::path)
        .toList();
  }

  private static Path path(String location) {
    try {
      return Path.of(new URI(location));
    } catch (URISyntaxException e) {
      throw new IllegalStateException("no place of code: " + location, e);
    }
  }

  /** A jar, or all classes in a folder; nothing of where that lies. */
  private static void add(Path place, CRC32C sum) throws IOException {
    if (!Files.isDirectory(place)) {
      sum.update(Files.readAllBytes(place));
      return;
    }
    List<Path> classes;
    try (Stream<Path> all = Files.walk(place)) {
      classes = all.filter(file -> file.toString().endsWith(".class")).sorted().toList();
    }
    for (Path file : classes) {
      sum.update(place.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
      sum.update(Files.readAllBytes(file));
    }
  }
}
