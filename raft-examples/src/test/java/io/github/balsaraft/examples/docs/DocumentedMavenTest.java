package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The check of documented commands finds what it is for. */
class DocumentedMavenTest {

  private static final String FUZZ = "-pl raft-core test -Dtest=CoreFuzzTest -Draft.seeds=50";
  private static final String ONE_CLASS = "-pl raft-core test -Dtest=CoreFuzzTest";

  private static void assertIsRun(String documented, String... smoked) {
    assertThatCode(() -> DocumentedMaven.check("a page", documented, List.of(smoked)))
        .doesNotThrowAnyException();
  }

  private static void assertIsNotRun(String documented, String... smoked) {
    assertThatThrownBy(() -> DocumentedMaven.check("a page", documented, List.of(smoked)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("a page: a line of .ci/docs-smoke with all of it");
  }

  @Test
  @DisplayName("a command is run by a line that does the same, or less of it")
  void sameOrLess() {
    assertIsRun(FUZZ, "verify", FUZZ);
    assertIsRun(FUZZ, FUZZ.replace("50", "2") + " -Dtest.jvm.heap=-Xmx1g");
    assertIsRun("-pl raft-core test -Dtest='*FuzzTest'", ONE_CLASS);
  }

  @Test
  @DisplayName(
      "a command that no line has is noticed, and so is one that does more, or something else")
  void noLine() {
    assertIsNotRun(FUZZ);
    assertIsNotRun(FUZZ, "verify", FUZZ.replace("-pl raft-core ", ""));
    assertIsNotRun(FUZZ, FUZZ.replace("50", "51"));
    assertIsNotRun(FUZZ, ONE_CLASS);
    assertIsNotRun(FUZZ, FUZZ.replace("CoreFuzzTest", "SmallScopeTest"));
  }

  @Test
  @DisplayName("what skips tests stands for nothing that has them, nor the other way round")
  void skippedTests() {
    assertIsNotRun("install", "install -DskipTests");
    assertIsNotRun("install -DskipTests", "install");
    assertIsRun("install -DskipTests", "install -DskipTests -Dmaven.javadoc.skip=true");
  }

  @Test
  @DisplayName("a goal, module, profile, test or property that isn't there is noticed")
  void unknownNames() {
    for (String unknown : List.of(
        "verfy",
        "-pl raft-none test",
        "-P none test",
        "test -Dtest=NoSuchTest",
        "verify -DtrimStackTrace=true")) {
      assertThatThrownBy(() -> DocumentedMaven.check("a page", unknown, List.of(unknown)))
          .as(unknown)
          .isInstanceOf(AssertionError.class);
    }
  }

  @Test
  @DisplayName(
      "a line whose command no document has any more is noticed, also if it does for another one")
  void noDocument() {
    List<String> smoked = List.of(ONE_CLASS, ONE_CLASS + " -Dtest.log=debug");
    String debug = "-pl raft-core test -Dtest.log=debug";
    assertThatCode(() -> DocumentedMaven.checkSmoke(smoked, List.of(ONE_CLASS, debug)))
        .doesNotThrowAnyException();
    for (String left : smoked) {
      String command = left.equals(ONE_CLASS) ? ONE_CLASS : debug;
      String gone = left.equals(ONE_CLASS) ? smoked.get(1) : smoked.get(0);
      assertThatThrownBy(() -> DocumentedMaven.checkSmoke(smoked, List.of(command)))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("which document has this command?")
          .hasMessageContaining(gone);
    }
  }

  @Test
  @DisplayName("a property is what a pom reads, or sets as one, and not any element")
  void propertiesOfPoms() {
    String pom = """
        <project>
          <name>${read}</name>
          <properties><set>1</set></properties>
          <profiles><profile><properties><set.there>1</set.there></properties></profile></profiles>
          <build><configuration><properties><other>1</other></properties></configuration></build>
        </project>
        """;
    assertThat(List.of("read", "set", "set.there"))
        .allMatch(property -> DocumentedMaven.isUsedBy(pom, property));
    assertThat(List.of("name", "project", "properties", "other"))
        .noneMatch(property -> DocumentedMaven.isUsedBy(pom, property));
  }
}
