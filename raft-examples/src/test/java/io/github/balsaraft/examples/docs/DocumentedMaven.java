package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

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

  /** A plugin's configuration may have an element of the same name. */
  private static final Set<String> OWNERS_OF_PROPERTIES = Set.of("project", "profile");

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

  /**
   * Checks a documented command.
   *
   * @param where it is, for people
   * @param command without the name of the program
   * @param smoked what is run, as {@link #smoked} has it
   */
  static void check(String where, String command, List<String> smoked) {
    Parts documented = Parts.of(command);
    checkNames(where, documented);
    assertThat(smoked)
        .as("%s: a line of %s with all of it", where, SMOKE)
        .anyMatch(line -> Parts.of(line).isShort(documented));
  }

  /**
   * Checks what is run: what makes a line short has an effect, too; and there is a document with the command of each, so that none stays
   * when its command has gone. That is the line with the fewest properties of its own among those that do for a command.
   *
   * @param documented all commands of the documents, without the name of the program
   */
  static void checkSmoke(List<String> smoked, List<String> documented) {
    Set<String> wanted = new HashSet<>();
    for (String command : documented) {
      Parts whole = Parts.of(command);
      List<String> shortened =
          smoked.stream().filter(line -> Parts.of(line).isShort(whole)).toList();
      int least = shortened.stream().mapToInt(DocumentedMaven::properties).min().orElse(0);
      shortened.stream().filter(line -> properties(line) == least).forEach(wanted::add);
    }
    for (String line : smoked) {
      checkNames(SMOKE + ": " + line, Parts.of(line));
      assertThat(wanted).as("%s: which document has this command?", SMOKE).contains(line);
    }
  }

  private static int properties(String line) {
    return Parts.of(line).properties.size();
  }

  /** The arguments of the commands that are run. */
  static List<String> smoked() {
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
        assertThat(String.join("", poms())).as(where).contains("<id>" + left.next() + "</id>");
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
      boolean inPoms = poms().stream().anyMatch(pom -> isUsedBy(pom, name));
      assertThat(inPoms || isReadBySources(name))
          .as("%s: who reads %s?", where, name)
          .isTrue();
    }
  }

  /** Whether a pom reads a property, or sets it; other elements of that name are none. */
  static boolean isUsedBy(String pom, String property) {
    if (pom.contains("${" + property + "}")) {
      return true;
    }
    try {
      NodeList named = DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(pom)))
          .getElementsByTagName(property);
      for (int i = 0; i < named.getLength(); i++) {
        Node parent = named.item(i).getParentNode();
        boolean isProperty = parent.getNodeName().equals("properties")
            && OWNERS_OF_PROPERTIES.contains(parent.getParentNode().getNodeName());
        if (isProperty) {
          return true;
        }
      }
      return false;
    } catch (IOException | ParserConfigurationException | SAXException e) {
      throw new IllegalStateException("a pom that can't be read", e);
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

  private static List<String> poms() {
    List<String> texts = new ArrayList<>(List.of(read(Documents.root().resolve("pom.xml"))));
    modules().forEach(module -> texts.add(read(module.resolve("pom.xml"))));
    return texts;
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
