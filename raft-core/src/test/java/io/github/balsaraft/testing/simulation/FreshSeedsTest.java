package io.github.balsaraft.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which seeds are called new. */
class FreshSeedsTest {

  @TempDir
  Path folder;

  private long first(String module) {
    return FreshSeeds.first("test", folder.resolve(module), Optional.empty());
  }

  private Path write(String file, String content) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, content);
  }

  @Test
  @DisplayName("the same sources have the same, wherever they lie, and others have others")
  void sameForTheSameSources() throws IOException {
    write("one/main/A.java", "class A {}");
    write("other/main/A.java", "class A {}");
    long first = first("one");
    assertThat(first("other")).isEqualTo(first).isNotNegative();
    write("other/README", "no code");
    assertThat(first("other")).isEqualTo(first);
    write("other/main/A.java", "class A { }");
    assertThat(first("other")).isNotEqualTo(first);
    write("other/main/A.java", "class A {}");
    write("other/test/B.java", "class B {}");
    assertThat(first("other")).isNotEqualTo(first);
  }

  @Test
  @DisplayName("another test has others, and so has another library")
  void othersForOtherTests() throws IOException {
    write("one/main/A.java", "class A {}");
    Path sources = folder.resolve("one");
    long first = first("one");
    assertThat(FreshSeeds.first("other", sources, Optional.empty())).isNotEqualTo(first);
    URL library = write("library.jar", "1").toUri().toURL();
    long withLibrary = FreshSeeds.first("test", sources, Optional.of(library));
    assertThat(withLibrary).isNotEqualTo(first);
    write("library.jar", "2");
    assertThat(FreshSeeds.first("test", sources, Optional.of(library))).isNotEqualTo(withLibrary);
  }

  @Test
  @DisplayName("where there are no sources the name of the test has to do")
  void withoutSources() {
    assertThat(first("nowhere")).isNotNegative().isEqualTo(first("nowhere either"));
  }
}
