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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks a documented command of Maven without running it, since {@code mvn verify} is running when a test is: there are its modules,
 * profiles, goals and properties, and the tests that it names; and {@code .ci/docs-smoke} runs the same, with short limits.
 */
final class DocumentedMaven {

  private static final String SMOKE = ".ci/docs-smoke";

  /** Runs the one command that builds everything. */
  private static final String WHOLE_CHECK = ".ci/run";

  private static final Set<String> GOALS =
      Set.of("verify", "install", "test", "test-compile", "spotless:apply", "javadoc:javadoc");

  /** Of Maven's plugins; all others are our own. */
  private static final Set<String> PLUGIN_PROPERTIES = Set.of(
      "skipTests",
      "spotless.check.skip",
      "maven.repo.local",
      "surefire.failIfNoSpecifiedTests",
      "failsafe.failIfNoSpecifiedTests");

  /** Which of many, all of which take too long. */
  private static final Set<String> SELECTIONS = Set.of("bugs", "mutation.classes", "jmh");

  private static final Pattern WORD = Pattern.compile("(?:[^\\s'\"]|'[^']*'|\"[^\"]*\")+");
  private static final Pattern PROPERTY = Pattern.compile("-D([^=]+)(?:=(.*))?");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  private DocumentedMaven() {}

  /** A command, taken apart: what is no property, in its order, and the properties. */
  private record Parts(List<String> others, Map<String, String> properties) {

    static Parts of(String arguments) {
      List<String> others = new ArrayList<>();
      Map<String, String> properties = new LinkedHashMap<>();
      Matcher words = WORD.matcher(arguments);
      while (words.find()) {
        String word = words.group().replaceAll("['\"]", "");
        Matcher property = PROPERTY.matcher(word);
        if (property.matches()) {
          String value = property.group(2);
          properties.put(property.group(1), value == null ? "true" : value);
        } else {
          others.add(word);
        }
      }
      return new Parts(others, properties);
    }

    /** Whether this does the same as what is documented, or less of it. */
    boolean isShort(Parts documented) {
      return others.equals(documented.others)
          && properties.containsKey("skipTests") == documented.properties.containsKey("skipTests")
          && documented.properties.entrySet().stream()
              .allMatch(one -> isShort(one.getKey(), one.getValue()));
    }

    private boolean isShort(String property, String documented) {
      String value = properties.get(property);
      if (value == null) {
        return false;
      }
      boolean isLess = NUMBER.matcher(documented).matches()
          && NUMBER.matcher(value).matches()
          && Long.parseLong(value) <= Long.parseLong(documented);
      boolean areSomeTests = property.equals("test") && areSome(value, documented);
      return value.equals(documented) || isLess || areSomeTests || SELECTIONS.contains(property);
    }
  }

  /** Whether these are tests, or methods of tests, that those mean too. */
  private static boolean areSome(String tests, String of) {
    return FileSystems.getDefault()
        .getPathMatcher("glob:" + of)
        .matches(Path.of(tests.replaceFirst("#.*", "")));
  }

  /** A documented command. */
  static void check(Documents.Block block, String command) {
    String where = block + ": " + command;
    Parts documented = Parts.of(command.substring("mvn ".length()));
    checkNames(where, documented);
    assertThat(smoked())
        .as("%s: a line of %s with all of it", where, SMOKE)
        .anyMatch(line -> Parts.of(line).isShort(documented));
  }

  /** What makes a line short has an effect, too. */
  static void checkSmoke() {
    smoked().forEach(line -> checkNames(SMOKE + ": " + line, Parts.of(line)));
  }

  /** The arguments of the commands that are run. */
  private static List<String> smoked() {
    return Stream.concat(
            read(Documents.root().resolve(SMOKE))
                .lines()
                .filter(line -> line.startsWith("maven ") || line.startsWith("maven_long ")),
            read(Documents.root().resolve(WHOLE_CHECK))
                .lines()
                .filter(line -> line.startsWith("mvn ")))
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .map(line -> line.replace("--batch-mode --no-transfer-progress ", ""))
        .toList();
  }

  private static void checkNames(String where, Parts command) {
    command.properties.forEach((name, value) -> checkProperty(where, name, value));
    Iterator<String> left = command.others.iterator();
    while (left.hasNext()) {
      String word = left.next();
      if (word.equals("-pl")) {
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
        PathMatcher named = FileSystems.getDefault()
            .getPathMatcher("glob:" + value.replaceFirst("#.*", "") + ".java");
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
