package io.github.balsaraft.linearizability;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** That the estimate by which the checker bounds its memory is none too low, in a process that has hardly more. */
class CheckerMemoryIT {

  private static final int ALLOWED_MEGABYTES = 64;
  private static final int HEAP_MEGABYTES = 96;

  @Test
  void undecidedComesBeforeTheHeapIsFull() throws IOException, InterruptedException {
    Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + HEAP_MEGABYTES + "m",
            "-cp",
            System.getProperty("java.class.path"),
            CrowdedCounter.class.getName(),
            String.valueOf(ALLOWED_MEGABYTES))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed)
        .startsWith("undecided, which proves nothing")
        .contains("no more than " + ALLOWED_MEGABYTES + " MiB are allowed");
  }
}
