package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks a documented command of Maven without running it, since {@code mvn verify} is running when a test is: there are its modules,
 * profiles, goals and properties, and the tests that it names, which each build runs with short limits.
 */
final class DocumentedMaven {

  private static final Set<String> GOALS =
      Set.of("verify", "install", "test", "test-compile", "spotless:apply", "javadoc:javadoc");

  /** Of Maven's plugins; all others are our own. */
  private static final Set<String> PLUGIN_PROPERTIES = Set.of(
      "skipTests",
      "spotless.check.skip",
      "surefire.failIfNoSpecifiedTests",
      "failsafe.failIfNoSpecifiedTests");

  private static final Pattern WORD = Pattern.compile("(?:[^\\s'\"]|'[^']*'|\"[^\"]*\")+");
  private static final Pattern PROPERTY = Pattern.compile("-D([^=]+)(?:=(.*))?");

  private DocumentedMaven() {}

  static void check(Documents.Block block, String command) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(command);
    while (matcher.find()) {
      words.add(matcher.group().replaceAll("['\"]", ""));
    }
    String where = block + ": " + command;
    Iterator<String> left = words.subList(1, words.size()).iterator();
    while (left.hasNext()) {
      String word = left.next();
      Matcher property = PROPERTY.matcher(word);
      if (property.matches()) {
        checkProperty(where, property.group(1), property.group(2));
      } else if (word.equals("-pl")) {
        assertThat(Documents.root().resolve(left.next()).resolve("pom.xml"))
            .as(where)
            .exists();
      } else if (word.equals("-P")) {
        assertThat(poms()).as(where).contains("<id>" + left.next() + "</id>");
      } else if (!word.equals("-am")) {
        assertThat(GOALS).as(where).contains(word);
      }
    }
  }

  private static void checkProperty(String where, String name, String value) {
    if (name.equals("test") || name.equals("it.test")) {
      if (!value.equals("none")) {
        PathMatcher named = FileSystems.getDefault().getPathMatcher("glob:" + value + ".java");
        assertThat(files("src/test/java", ".java"))
            .as(where)
            .anyMatch(file -> named.matches(file.getFileName()));
      }
    } else if (!PLUGIN_PROPERTIES.contains(name)) {
      boolean inPoms = poms().contains("${" + name + "}") || poms().contains("<" + name + ">");
      assertThat(inPoms || isReadBySources(name))
          .as("%s: who reads %s?", where, name)
          .isTrue();
    }
  }

  private static boolean isReadBySources(String property) {
    return Stream.of("src/test/java", "src/main/java")
        .flatMap(folder -> files(folder, ".java").stream())
        .anyMatch(file -> read(file).contains("\"" + property + "\""));
  }

  private static List<Path> modules() {
    try (Stream<Path> found = Files.list(Documents.root())) {
      return found
          .filter(folder -> Files.exists(folder.resolve("pom.xml")))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String poms() {
    StringBuilder text = new StringBuilder(read(Documents.root().resolve("pom.xml")));
    modules().forEach(module -> text.append(read(module.resolve("pom.xml"))));
    return text.toString();
  }

  private static List<Path> files(String folder, String end) {
    List<Path> found = new ArrayList<>();
    for (Path module : modules()) {
      Path start = module.resolve(folder);
      if (Files.isDirectory(start)) {
        try (Stream<Path> files = Files.walk(start)) {
          files.filter(file -> file.toString().endsWith(end)).forEach(found::add);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return found;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
