package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** Every jar that the build has packaged carries the licence: Apache 2.0 wants it with each copy. */
class LicenceIT {

  private static final List<String> MODULES =
      List.of("raft-core", "raft-transport-netty", "raft-storage-rocksdb", "raft-examples");

  @Test
  void everyJarCarriesTheLicence() throws IOException {
    byte[] licence = Files.readAllBytes(Documents.root().resolve("LICENSE"));
    String suffix = Path.of(System.getProperty("balsa.examples.jar"))
        .getFileName()
        .toString()
        .substring("raft-examples".length());
    for (String module : MODULES) {
      List<Path> jars = jarsOf(module, suffix);
      assertThat(jars).as("jars of %s", module).isNotEmpty();
      for (Path jar : jars) {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
          ZipEntry entry = zip.getEntry("META-INF/LICENSE");
          assertThat(entry).as("META-INF/LICENSE in %s", jar.getFileName()).isNotNull();
          assertThat(zip.getInputStream(entry).readAllBytes()).isEqualTo(licence);
        }
      }
    }
  }

  /** Those of the present version: the main jar, and those of sources, javadoc and tests that this build makes. */
  private static List<Path> jarsOf(String module, String suffix) throws IOException {
    Path target = Documents.root().resolve(module).resolve("target");
    String base = module + suffix.substring(0, suffix.length() - ".jar".length());
    List<Path> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(target)) {
      files
          .filter(file -> file.getFileName().toString().startsWith(base))
          .filter(file -> file.getFileName().toString().endsWith(".jar"))
          .forEach(jars::add);
    }
    assertThat(jars).contains(target.resolve(base + ".jar"));
    return jars;
  }
}
