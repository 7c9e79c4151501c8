package io.github.balsaraft.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.diagram.TraceHash;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same seed gives the same run, to the byte. */
class TraceHashTest {

  private static TraceHash of(long seed, TraceHash hash) {
    EventfulRun.happens(seed, hash, hash::timedBy);
    return hash;
  }

  @Test
  void differsWithTheSeedOnly() {
    TraceHash one = of(1, TraceHash.quick());
    assertThat(of(1, TraceHash.quick()).value()).isEqualTo(one.value());
    assertThat(of(1, TraceHash.quick()).events()).isEqualTo(one.events()).isPositive();
    assertThat(of(2, TraceHash.quick()).value()).isNotEqualTo(one.value());
    TraceHash thorough = of(1, TraceHash.thorough());
    assertThat(of(1, TraceHash.thorough()).value()).isEqualTo(thorough.value());
    assertThat(of(2, TraceHash.thorough()).value()).isNotEqualTo(thorough.value());
  }

  @Test
  void noticesWhatHappensAndWhenAndInWhichOrder() {
    HostId n1 = new HostId("n1");
    HostId n2 = new HostId("n2");
    VirtualTime later = new VirtualTime();
    later.runFor(1);
    TraceHash one = TraceHash.quick().timedBy(new VirtualTime());
    TraceHash swapped = TraceHash.quick().timedBy(new VirtualTime());
    TraceHash late = TraceHash.quick().timedBy(later);
    TraceHash other = TraceHash.quick().timedBy(new VirtualTime());
    one.onCut(n1, n2);
    one.onStart(n1, 1);
    swapped.onStart(n1, 1);
    swapped.onCut(n1, n2);
    late.onCut(n1, n2);
    late.onStart(n1, 1);
    other.onCut(n2, n1);
    other.onStart(n1, 1);
    assertThat(List.of(one.value(), swapped.value(), late.value(), other.value()))
        .doesNotHaveDuplicates();
  }

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
