package io.github.balsaraft.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The same seed gives the same run, to the byte, in another process too. */
class SameRunIT {

  /** Another process has other identity hash codes and another salt for unordered sets; and here it speaks another language. */
  @Test
  void isTheSameInAnotherProcess() throws IOException, InterruptedException {
    Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Duser.language=tr",
            "-Duser.country=TR",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
            "-cp",
            System.getProperty("java.class.path"),
            HashOfARun.class.getName(),
            "1")
        .redirectErrorStream(true)
        .start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed.strip()).isEqualTo(HashOfARun.of(1));
  }
}
