package io.github.balsaraft.examples.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds what the library's modules show to applications. */
final class PublicTypes {

  private static final List<String> MODULES =
      List.of("raft-core", "raft-transport-netty", "raft-storage-rocksdb");
  private static final String SOURCES = "src/main/java";

  private PublicTypes() {}

  /** The public top-level types in a package and below, of all modules, such as {@code model/trace}. */
  static Stream<Class<?>> under(String packageFolder) {
    return MODULES.stream().flatMap(module -> {
      Path sources = Documents.root().resolve(module).resolve(SOURCES);
      return classes(sources, sources.resolve("io/github/balsaraft").resolve(packageFolder));
    });
  }

  private static Stream<Class<?>> classes(Path sources, Path folder) {
    if (!Files.isDirectory(folder)) {
      return Stream.empty();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      List<Class<?>> found = files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.endsWith("package-info.java"))
          .<Class<?>>map(file -> load(sources.relativize(file).toString()))
          .filter(type -> Modifier.isPublic(type.getModifiers()))
          .toList();
      return found.stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Class<?> load(String file) {
    String name = file.substring(0, file.length() - ".java".length()).replace('/', '.');
    try {
      return Class.forName(name, false, PublicTypes.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new LinkageError("the source " + file + " has no class", e);
    }
  }
}
