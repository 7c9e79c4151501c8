package io.github.balsaraft.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same seed gives the same run, to the byte, in another process too. */
class SameRunIT {

  /** Among them runs with an ambush and runs whose state is on disk. */
  private static final List<Long> SEEDS = List.of(1L, 2L, 3L, 4L, 5L);

  /** Another process has other identity hash codes and another salt for unordered sets; and here it speaks another language. */
  @Test
  void isTheSameInAnotherProcess() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Duser.language=tr",
        "-Duser.country=TR",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
        "-cp",
        System.getProperty("java.class.path"),
        HashOfARun.class.getName()));
    SEEDS.forEach(seed -> command.add(Long.toString(seed)));
    Process process = new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    List<String> here = new ArrayList<>(SEEDS.stream().map(HashOfARun::of).toList());
    here.add(HashOfARun.ofGroups(SEEDS.get(0)));
    assertThat(printed.strip().lines()).containsExactlyElementsOf(here);
  }
}
